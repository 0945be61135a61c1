package io.agentstream.runtime;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who is at the other end of a socket.
///
/// @param text the address, for people
/// @param key what limits are counted for: the address, or with IPv6 its /64, of which one host has all
public record PeerAddress(String text, String key) {

    /// Proxies in a row that are looked through.
    private static final int MAX_HOPS = 16;

    private static final int PREFIX_BYTES = 8;

    public static PeerAddress of(InetAddress address) {
        String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return new PeerAddress(text, text);
        }
        int zone = text.indexOf('%');
        return new PeerAddress(
                zone < 0 ? text : text.substring(0, zone),
                HexFormat.of().formatHex(address.getAddress(), 0, PREFIX_BYTES) + "/64");
    }

    /// The last address of the way here that is no trusted proxy's. What a stranger says of the way counts for nothing.
    ///
    /// @param peer who opened the connection
    /// @param forwardedFor the values of `X-Forwarded-For`, each proxy's own word last
    public static PeerAddress of(InetAddress peer, List<String> forwardedFor, Networks trusted) {
        InetAddress client = peer;
        int hops = 0;
        for (int line = forwardedFor.size() - 1; line >= 0; line--) {
            String[] way = forwardedFor.get(line).split(",", -1);
            for (int at = way.length - 1; at >= 0; at--) {
                if (++hops > MAX_HOPS || !trusted.contains(client)) {
                    return of(client);
                }
                InetAddress before = literal(way[at].strip());
                if (before == null) {
                    return of(client);
                }
                client = before;
            }
        }
        return of(client);
    }

    /// An address as proxies write it: bare, or with a port behind it and brackets around it.
    private static @Nullable InetAddress literal(String text) {
        String address = text;
        int bracket = text.indexOf(']');
        int colon = text.indexOf(':');
        if (text.startsWith("[") && bracket > 0) {
            address = text.substring(1, bracket);
        } else if (colon >= 0 && colon == text.lastIndexOf(':')) {
            address = text.substring(0, colon);
        }
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }
}
