package io.agentstream.runtime.outbound;

import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Connections that stay open to what tenants name: TCP to an address that the [AddressGuard] let through for it, and TLS with
/// the name that the URL gives. No proxy of the machine's is used. Any thread.
public final class OutboundSockets {

    private final AddressGuard guard;
    private final SSLContext tls;

    public OutboundSockets(AddressGuard guard) {
        this(guard, null);
    }

    /// @param tls whom to trust; null: whom the JVM trusts
    public OutboundSockets(AddressGuard guard, @Nullable SSLContext tls) {
        this.guard = guard;
        this.tls = tls == null ? usual() : tls;
    }

    private static SSLContext usual() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Whether the URL asks for TLS.
    public static boolean isEncrypted(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        return scheme.equals("https") || scheme.equals("wss");
    }

    /// A connection to be; nothing is done before [OutboundSocket#open].
    ///
    /// @param url with `ws`, `wss`, `http` or `https`, and a host
    public OutboundSocket prepare(URI url) {
        return new OutboundSocket(guard, tls, url);
    }
}
