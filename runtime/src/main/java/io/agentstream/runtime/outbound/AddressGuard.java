package io.agentstream.runtime.outbound;

import io.agentstream.runtime.Networks;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Decides what a URL that a tenant gave may reach: the public network and what an operator allows, nothing else. A name is judged by
/// the addresses that it leads to at the moment of connecting, and only those are connected to, so a name that leads somewhere else
/// the next time gains nothing. Any thread; [#resolve] blocks for as long as the machine's resolver does.
public final class AddressGuard {

    static final int MAX_URL_CHARACTERS = 2_048;

    /// More are not tried: each may take a connection's time-out.
    private static final int MAX_ADDRESSES = 4;

    /// What is not the public network: the registries of special purposes of IANA (RFC 6890 and what came after it), and the address
    /// of Azure's host, which is a public one.
    private static final Networks NOT_PUBLIC_V4 = Networks.parse("""
            0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 168.63.129.16/32, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24,
            192.0.2.0/24, 192.31.196.0/24, 192.52.193.0/24, 192.88.99.0/24, 192.168.0.0/16, 192.175.48.0/24, 198.18.0.0/15,
            198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4""");

    /// Of IPv6 only this is the public network, without what is carved out of it.
    private static final Networks PUBLIC_V6 = Networks.parse("2000::/3");

    private static final Networks NOT_PUBLIC_V6 = Networks.parse("2001::/23, 2001:db8::/32, 2620:4f:8000::/48, 3fff::/20");

    /// Where a network of IPv6 alone reaches IPv4 (RFC 6052): as public as the address in its last octets.
    private static final Networks TRANSLATED = Networks.parse("64:ff9b::/96");

    /// A tunnel to the address of IPv4 that stands behind the first two octets (RFC 3056).
    private static final Networks TUNNEL = Networks.parse("2002::/16");

    /// Looks a name up; replaced in tests.
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    private final Networks allowed;
    private final Resolver resolver;

    /// @param allowed what may be reached although it is not public
    public AddressGuard(Networks allowed) {
        this(allowed, InetAddress::getAllByName);
    }

    public AddressGuard(Networks allowed, Resolver resolver) {
        this.allowed = allowed;
        this.resolver = resolver;
    }

    /// What is wrong with a URL's form, for the person who gave it; nothing where it can be asked. Looks no name up.
    public static Optional<String> problem(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException no) {
            return Optional.of("must be a URL");
        }
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return Optional.of("must begin with https:// or http://");
        }
        if (text.length() > MAX_URL_CHARACTERS) {
            return Optional.of("must have at most " + MAX_URL_CHARACTERS + " characters");
        }
        if (url.getRawUserInfo() != null) {
            return Optional.of("must not hold a user name or a password");
        }
        if (url.getHost() == null || url.getHost().isEmpty() || url.getPort() > 65_535 || url.getPort() == 0) {
            return Optional.of("must name a host, as letters, digits and hyphens, and a port that there is");
        }
        return url.getRawFragment() == null ? Optional.empty() : Optional.of("must not have a fragment");
    }

    /// The addresses behind a name, or behind an address that is written out, as far as they may be reached: at least one.
    ///
    /// @throws AddressRefusedException where none of them may be
    /// @throws UnknownHostException where there are none
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        InetAddress[] found = resolver.resolve(bracketed ? host.substring(1, host.length() - 1) : host);
        List<InetAddress> reachable = Arrays.stream(found).filter(this::mayReach).limit(MAX_ADDRESSES).toList();
        if (reachable.isEmpty()) {
            throw found.length == 0 ? new UnknownHostException("the name has no addresses") : new AddressRefusedException();
        }
        return reachable;
    }

    /// Whether this address may be connected to.
    public boolean mayReach(InetAddress address) {
        if (allowed.contains(address)) {
            return true;
        }
        if (address instanceof Inet4Address) {
            return !NOT_PUBLIC_V4.contains(address);
        }
        if (TRANSLATED.contains(address)) {
            return mayReach(v4(address, 12));
        }
        if (TUNNEL.contains(address)) {
            return mayReach(v4(address, 2));
        }
        return PUBLIC_V6.contains(address) && !NOT_PUBLIC_V6.contains(address);
    }

    private static InetAddress v4(InetAddress v6, int offset) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(v6.getAddress(), offset, offset + 4));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
