package io.agentstream.runtime;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// A list of networks in CIDR notation (RFC 4632, RFC 4291), such as `10.0.0.0/8, 2001:db8::/32, 192.0.2.7`. Immutable, any
/// thread; looks no name up.
public final class Networks {

    public static final Networks NONE = new Networks(List.of());

    private static final int MAX_NETWORKS = 1_000;

    private record Network(List<Byte> octets, int bits) {

        boolean contains(byte[] address) {
            if (address.length != octets.size()) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xFF : 0xFF << (8 - (bits - bit)) & 0xFF;
                if (((octets.get(bit / 8) ^ address[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    /// @param text networks with commas between; may be blank
    /// @throws IllegalArgumentException saying what is wrong with it
    public static Networks parse(String text) {
        List<Network> networks = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                networks.add(network(part.strip()));
            }
        }
        if (networks.size() > MAX_NETWORKS) {
            throw new IllegalArgumentException("has more than " + MAX_NETWORKS + " networks");
        }
        return networks.isEmpty() ? NONE : new Networks(networks);
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        byte[] address;
        try {
            address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a list of networks such as 10.0.0.0/8,2001:db8::/32", e);
        }
        int most = 8 * address.length;
        int bits = slash < 0 ? most : bits(text.substring(slash + 1), most);
        List<Byte> octets = new ArrayList<>(address.length);
        for (byte octet : address) {
            octets.add(octet);
        }
        return new Network(octets, bits);
    }

    private static int bits(String text, int most) {
        int bits;
        try {
            bits = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("has a network whose length is not a number", e);
        }
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("has a network whose length is not between 0 and " + most);
        }
        return bits;
    }

    public boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        for (Network network : networks) {
            if (network.contains(octets)) {
                return true;
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return networks.isEmpty();
    }
}
