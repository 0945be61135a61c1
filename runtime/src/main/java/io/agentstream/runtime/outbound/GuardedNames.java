package io.agentstream.runtime.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;

/// Names lead where the guard of the moment lets them lead, and nowhere else.
record GuardedNames(Supplier<AddressGuard> guard) implements DnsResolver {

    /// A client that does what it is told and nothing beside: redirects are not followed, nothing is tried again, nothing is kept of an
    /// answer, and nothing is said of ourselves.
    static HttpClientBuilder plainClient(HttpClientConnectionManager connections) {
        return HttpClients.custom()
                .setConnectionManager(connections)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableDefaultUserAgent();
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return guard.get().resolve(host).toArray(InetAddress[]::new);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
