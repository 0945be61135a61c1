package io.agentstream.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The connections of a port, one of each peer, in all and by the address that limits are counted for. Those that were put last the longest ago
/// come first. Guarded by its owner.
///
/// @param <C> what is kept of a connection
public final class PeerIndex<C> {

    /// Who is at the other end of a connection.
    ///
    /// @param socket with the port
    /// @param address what limits are counted for
    public record Peer(SocketAddress socket, String address) {

        /// @param socket null of a connection that is gone
        public static Peer of(@Nullable SocketAddress socket) {
            InetAddress address = socket instanceof InetSocketAddress internet ? internet.getAddress() : null;
            return new Peer(known(socket), address == null ? "" : PeerAddress.of(address).key());
        }

        public boolean isOneOf(Networks networks) {
            return socket instanceof InetSocketAddress internet
                    && internet.getAddress() != null
                    && networks.contains(internet.getAddress());
        }
    }

    private final SequencedMap<SocketAddress, C> all = new LinkedHashMap<>();
    private final Map<String, SequencedMap<SocketAddress, C>> byAddress = new HashMap<>();

    /// @param socket null of a connection that is gone
    public @Nullable C find(@Nullable SocketAddress socket) {
        return all.get(known(socket));
    }

    private static SocketAddress known(@Nullable SocketAddress socket) {
        return socket == null ? new InetSocketAddress(0) : socket;
    }

    /// Behind all others, also where it was there before.
    public void putLast(Peer peer, C connection) {
        all.putLast(peer.socket(), connection);
        byAddress.computeIfAbsent(peer.address(), first -> new LinkedHashMap<>()).putLast(peer.socket(), connection);
    }

    /// False where it is not there, or the peer has another one by now.
    public boolean remove(Peer peer, C connection) {
        if (!all.remove(peer.socket(), connection)) {
            return false;
        }
        SequencedMap<SocketAddress, C> neighbours = byAddress.get(peer.address());
        if (neighbours != null && neighbours.remove(peer.socket(), connection) && neighbours.isEmpty()) {
            byAddress.remove(peer.address());
        }
        return true;
    }

    public SequencedCollection<C> all() {
        return all.sequencedValues();
    }

    /// Those of the peer's address.
    public SequencedCollection<C> neighbours(Peer peer) {
        return byAddress.getOrDefault(peer.address(), new LinkedHashMap<>()).sequencedValues();
    }

    public int size() {
        return all.size();
    }
}
