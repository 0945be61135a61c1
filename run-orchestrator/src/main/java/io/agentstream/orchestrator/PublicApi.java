package io.agentstream.orchestrator;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/// Where providers reach the API. Any thread.
final class PublicApi {

    private volatile Optional<URI> address;

    /// @param told where that is; nothing where nobody has said it
    PublicApi(Optional<URI> told) {
        this.address = told;
    }

    /// Nothing where no provider can reach it.
    Optional<URI> address() {
        return address;
    }

    /// Who listens for this machine only has a provider on this machine, if any.
    void listensAt(String bindAddress, int port) {
        InetSocketAddress own = new InetSocketAddress(bindAddress, port);
        if (address.isEmpty() && !own.isUnresolved() && own.getAddress().isLoopbackAddress()) {
            String host = own.getAddress().getHostAddress();
            address = Optional.of(URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port));
        }
    }
}
