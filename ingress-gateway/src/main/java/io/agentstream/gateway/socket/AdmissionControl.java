package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.schemas.Failure;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Says which sockets the gateway refuses by itself, and counts those that are there. Any thread.
///
/// A socket that is refused is told so over its WebSocket and leaves two events. Of those only so many may come, and be there, as
/// the limits say; what is more is turned away before the upgrade, with a line of HTTP and no trace but a count.
final class AdmissionControl {

    /// Refused sockets that may be there, until they have closed, in all and of one address.
    static final int MAX_REFUSED = 1_000;

    static final int MAX_REFUSED_PER_ADDRESS = 200;

    /// Refusals that may come at once, in seconds of the rate.
    static final int BURST_S = 5;

    /// All addresses together may be refused as often as so many of them.
    static final int ADDRESSES = 5;

    private static final long SECOND_US = 1_000_000;
    private static final int SWEEP_FROM = 1_000;

    /// Why a socket is turned away before it is one.
    enum TurnedAway {
        /// Its address was refused too often of late.
        ADDRESS_RATE(429),
        /// Too many of all addresses were refused of late.
        RATE(503),
        /// Its address has too many sockets that are refused and not closed.
        ADDRESS_SOCKETS(429),
        /// There are too many sockets.
        SOCKETS(503);

        final int status;

        TurnedAway(int status) {
            this.status = status;
        }
    }

    private static final class Peer {
        private int handshakes;
        private int refused;
        private long aheadUntilUs;
    }

    private final MediaServer.Admission limits;
    private final TelephonyProviders providers;
    private final Supplier<Optional<String>> unable;

    private final Map<String, Peer> peers = new HashMap<>();
    private final Map<String, Integer> handshakesByAgent = new HashMap<>();
    private int sweepAt = SWEEP_FROM;
    private int calls;
    private int sockets;
    private int refused;
    private long aheadUntilUs;
    private boolean draining;

    /// @param unable why no call can be served now, or nothing
    AdmissionControl(MediaServer.Admission limits, TelephonyProviders providers, Supplier<Optional<String>> unable) {
        this.limits = limits;
        this.providers = providers;
        this.unable = unable;
    }

    /// Whether a request for a socket is not even answered with one.
    synchronized @Nullable TurnedAway turnsAway(String address, long nowUs) {
        if (sockets >= 2 * limits.maxCalls() + MAX_REFUSED || refused >= MAX_REFUSED) {
            return TurnedAway.SOCKETS;
        }
        if (aheadUntilUs - nowUs >= BURST_S * SECOND_US) {
            return TurnedAway.RATE;
        }
        Peer peer = peers.get(address);
        if (peer == null) {
            return null;
        }
        if (peer.refused >= MAX_REFUSED_PER_ADDRESS) {
            return TurnedAway.ADDRESS_SOCKETS;
        }
        return peer.aheadUntilUs - nowUs >= BURST_S * SECOND_US ? TurnedAway.ADDRESS_RATE : null;
    }

    /// Lets a call in, or says why not.
    Permit enter(StreamRequest request, String address, long nowUs) {
        boolean able = unable.get().isEmpty(); // asked outside the lock
        synchronized (this) {
            Peer peer = peer(address, nowUs);
            Failure refusal = refusal(request, peer, able);
            sockets++;
            if (refusal == null) {
                calls++;
                peer.handshakes++;
                handshakesByAgent.merge(request.agentDigest(), 1, Integer::sum);
            } else {
                refused++;
                peer.refused++;
                charge(peer, nowUs);
            }
            return new Permit(peer, request.agentDigest(), refusal);
        }
    }

    private @Nullable Failure refusal(StreamRequest request, Peer peer, boolean able) {
        String provider = request.provider();
        if (provider == null) {
            return Failure.MISSING_PROVIDER;
        }
        if (providers.find(provider) == null) {
            return providers.isKnown(provider) ? Failure.UNSUPPORTED_PROVIDER : Failure.UNKNOWN_PROVIDER;
        }
        if (!able) {
            return Failure.INTERNAL_ERROR;
        }
        boolean full = draining
                || calls >= limits.maxCalls()
                || peer.handshakes >= limits.maxHandshakesPerAddress()
                || handshakesByAgent.getOrDefault(request.agentDigest(), 0) >= limits.maxHandshakesPerAgent();
        return full ? Failure.TRY_AGAIN_LATER : null;
    }

    private Peer peer(String address, long nowUs) {
        if (peers.size() >= sweepAt) {
            peers.values().removeIf(peer -> peer.handshakes == 0 && peer.refused == 0 && peer.aheadUntilUs <= nowUs);
            sweepAt = Math.max(SWEEP_FROM, 2 * peers.size());
        }
        return peers.computeIfAbsent(address, key -> new Peer());
    }

    private void charge(Peer peer, long nowUs) {
        long each = SECOND_US / limits.refusalsPerSecond();
        peer.aheadUntilUs = Math.max(peer.aheadUntilUs, nowUs) + each;
        aheadUntilUs = Math.max(aheadUntilUs, nowUs) + each / ADDRESSES;
    }

    /// From now on nobody is let in.
    synchronized void drain() {
        draining = true;
    }

    synchronized boolean isDraining() {
        return draining;
    }

    /// Calls that were let in and have not ended.
    synchronized int calls() {
        return calls;
    }

    /// Sockets that were refused and are not closed.
    synchronized int refused() {
        return refused;
    }

    /// What one socket takes up, from [AdmissionControl#enter] until it is gone. Every step may be told more than once.
    final class Permit {

        private final Peer peer;
        private final String agent;
        private final @Nullable Failure refusal;
        private boolean greeting;
        private boolean live;
        private boolean handshake;
        private boolean there = true;

        private Permit(Peer peer, String agent, @Nullable Failure refusal) {
            this.peer = peer;
            this.agent = agent;
            this.refusal = refusal;
            this.greeting = refusal == null;
            this.live = refusal == null;
            this.handshake = refusal == null;
        }

        /// Why the gateway refuses the call by itself, or null.
        @Nullable Failure refusal() {
            return refusal;
        }

        /// The call talks.
        void opened() {
            synchronized (AdmissionControl.this) {
                greeted();
                met();
            }
        }

        /// The call is over, and others may have its place; its socket still counts for its address where it never talked.
        void ended(long nowUs) {
            synchronized (AdmissionControl.this) {
                if (greeting) {
                    charge(peer, nowUs);
                }
                over();
            }
        }

        /// The connection is gone.
        void gone() {
            synchronized (AdmissionControl.this) {
                over();
                met();
                if (there) {
                    there = false;
                    sockets--;
                    if (refusal != null) {
                        refused--;
                        peer.refused--;
                    }
                }
            }
        }

        private void over() {
            greeted();
            if (live) {
                live = false;
                calls--;
            }
        }

        private void greeted() {
            if (greeting) {
                greeting = false;
                handshakesByAgent.computeIfPresent(agent, (key, count) -> count == 1 ? null : count - 1);
            }
        }

        private void met() {
            if (handshake) {
                handshake = false;
                peer.handshakes--;
            }
        }
    }
}
