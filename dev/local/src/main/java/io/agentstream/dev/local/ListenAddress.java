package io.agentstream.dev.local;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Keys;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Where the servers of a local system listen, and how a client on this machine names it. Any thread.
record ListenAddress(InetAddress address) {

    /// @throws ConfigException where the configured address is none that this machine knows
    static ListenAddress of(Config config) throws ConfigException {
        String configured = config.get(Keys.BIND_ADDRESS);
        try {
            return new ListenAddress(InetAddress.getByName(configured));
        } catch (UnknownHostException unknown) {
            throw new ConfigException(List.of(Keys.BIND_ADDRESS.variable() + ": there is no address " + configured
                    + "; 127.0.0.1 or ::1 is for this machine alone, 0.0.0.0 or :: for all others, too"));
        }
    }

    /// A URL without a path. What listens on every address is reached on this machine's own.
    String url(String scheme, int port) {
        boolean six = address instanceof Inet6Address;
        boolean own = address.isAnyLocalAddress() || (six && address.isLoopbackAddress());
        String host = own ? (six ? "::1" : "127.0.0.1") : address.getHostAddress();
        return scheme + "://" + (six ? "[" + host + "]" : host) + ":" + port;
    }
}
