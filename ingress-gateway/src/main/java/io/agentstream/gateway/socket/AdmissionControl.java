package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.schemas.Failure;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Says which sockets the gateway refuses by itself, and counts those that are there. Any thread.
///
/// A socket that is refused is told so over its WebSocket and leaves two events. Of those only so many may come, and be there, as
/// the limits say; what is more is turned away before the upgrade, with a line of HTTP and no trace but a count.
///
/// What all addresses together may do protects from many strangers, and is nothing that a stranger could use up for a provider: an
/// address whose calls have talked of late has its own limits only.
final class AdmissionControl {

    /// Refused sockets that may be there, until they have closed, in all and of one address.
    static final int MAX_REFUSED = 1_000;

    static final int MAX_REFUSED_PER_ADDRESS = 200;

    /// All addresses together may be refused as often as so many of them.
    static final int ADDRESSES = 5;

    /// What its owner has set up badly costs an agent so many times what an address's failure costs the address: a provider calls for all
    /// tenants, an agent is one tenant's alone, and each call that is refused for it costs as much as one that is let in.
    static final int AGENT_COSTS = 10;

    private static final long SECOND_US = 1_000_000;

    /// What a running call costs its agent that was ended because it brought too much: the next would begin anew.
    private static final long FLOOD_US = SECOND_US;

    private static final class Peer implements Remembered.Trace {
        private int handshakes;
        private int refused;
        private int talking;
        private final RefusalRate rate = new RefusalRate();

        @Override
        public boolean isForgettable(long nowUs) {
            return handshakes == 0 && refused == 0 && talking == 0 && rate.isFresh(nowUs);
        }
    }

    private static final class Agent implements Remembered.Trace {
        private int handshakes;
        private final RefusalRate rate = new RefusalRate();

        @Override
        public boolean isForgettable(long nowUs) {
            return handshakes == 0 && rate.isFresh(nowUs);
        }
    }

    private final MediaServer.Admission limits;
    private final TelephonyProviders providers;
    private final Supplier<Optional<String>> unable;

    private final Remembered<Peer> peers = new Remembered<>(Peer::new);
    private final Remembered<Agent> agents = new Remembered<>(Agent::new);
    private final ProvenAddresses provenAddresses = new ProvenAddresses();
    private final RefusalRate rate = new RefusalRate();
    private int calls;
    private int sockets;
    private int refused;
    private boolean draining;

    /// @param unable why no call can be served now, or nothing
    AdmissionControl(MediaServer.Admission limits, TelephonyProviders providers, Supplier<Optional<String>> unable) {
        this.limits = limits;
        this.providers = providers;
        this.unable = unable;
    }

    /// Whether a request for a socket is not even answered with one.
    ///
    /// @param agent its digest
    synchronized @Nullable TurnedAway turnsAway(String address, String agent, long nowUs) {
        Peer peer = peers.find(address);
        boolean proven = isProven(address, peer, nowUs);
        if (sockets >= 2 * limits.maxCalls() + MAX_REFUSED || (refused >= MAX_REFUSED && !proven)) {
            return TurnedAway.SOCKETS;
        }
        if (rate.isUsedUp(nowUs) && !proven) {
            return TurnedAway.RATE;
        }
        if (peer != null && peer.refused >= MAX_REFUSED_PER_ADDRESS) {
            return TurnedAway.ADDRESS_SOCKETS;
        }
        if (peer != null && peer.rate.isUsedUp(nowUs)) {
            return TurnedAway.ADDRESS_RATE;
        }
        Agent called = agents.find(agent);
        return called != null && called.rate.isUsedUp(nowUs) ? TurnedAway.AGENT_RATE : null;
    }

    /// Whether the address has a call that talks, or had one of late.
    private boolean isProven(String address, @Nullable Peer peer, long nowUs) {
        return (peer != null && peer.talking > 0) || provenAddresses.contains(address, nowUs);
    }

    /// Lets a call in, or says why not.
    Permit enter(StreamRequest request, String address, long nowUs) {
        boolean able = unable.get().isEmpty(); // asked outside the lock
        synchronized (this) {
            Peer peer = peers.of(address, nowUs);
            Agent agent = agents.of(request.agentDigest(), nowUs);
            Failure refusal = refusal(request, peer, agent, able, isProven(address, peer, nowUs));
            sockets++;
            if (refusal == null) {
                calls++;
                peer.handshakes++;
                agent.handshakes++;
            } else {
                refused++;
                peer.refused++;
            }
            Permit permit = new Permit(address, peer, agent, refusal);
            if (refusal == Failure.TRY_AGAIN_LATER) {
                permit.chargeCrowd(nowUs);
            } else if (refusal != null) {
                permit.charge(refusal, nowUs);
            }
            return permit;
        }
    }

    private @Nullable Failure refusal(StreamRequest request, Peer peer, Agent agent, boolean able, boolean proven) {
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
                || (agent.handshakes >= limits.maxHandshakesPerAgent() && !proven);
        return full ? Failure.TRY_AGAIN_LATER : null;
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

        private final String address;
        private final Peer peer;
        private final Agent agent;
        private final @Nullable Failure refusal;
        private boolean talking;
        private boolean greeting;
        private boolean live;
        private boolean handshake;
        private boolean there = true;

        private Permit(String address, Peer peer, Agent agent, @Nullable Failure refusal) {
            this.address = address;
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
        void opened(long nowUs) {
            synchronized (AdmissionControl.this) {
                if (live && !talking) {
                    talking = true;
                    peer.talking++;
                    provenAddresses.talked(address, nowUs);
                }
                greeted();
                met();
            }
        }

        /// The call is over, and others may have its place; its socket still counts for its address where it never talked.
        ///
        /// @param failure what failed, or null
        void ended(@Nullable Failure failure, long nowUs) {
            synchronized (AdmissionControl.this) {
                if (greeting && failure != null) {
                    charge(failure, nowUs);
                } else if (failure == Failure.TOO_MANY_MESSAGES && live) {
                    agent.rate.charge(FLOOD_US, nowUs);
                }
                if (talking) {
                    provenAddresses.talked(address, nowUs);
                }
                over();
            }
        }

        /// Whoever has as many sockets in the handshake as one may have answers for those that come on top, or a flood of them would be told
        /// so one by one, each with two events.
        private void chargeCrowd(long nowUs) {
            long eachUs = SECOND_US / limits.refusalsPerSecond();
            if (draining || calls >= limits.maxCalls()) {
                return; // nobody's doing
            }
            if (agent.handshakes >= limits.maxHandshakesPerAgent()) {
                agent.rate.charge(AGENT_COSTS * eachUs, nowUs);
            } else {
                peer.rate.charge(eachUs, nowUs);
            }
        }

        private void charge(Failure failure, long nowUs) {
            long eachUs = SECOND_US / limits.refusalsPerSecond();
            switch (Blame.of(failure, isProven(address, peer, nowUs))) {
                case ADDRESS -> {
                    peer.rate.charge(eachUs, nowUs);
                    rate.charge(eachUs / ADDRESSES, nowUs);
                }
                case AGENT -> agent.rate.charge(AGENT_COSTS * eachUs, nowUs);
                case NOBODY -> {}
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
            if (talking) {
                talking = false;
                peer.talking--;
            }
            if (live) {
                live = false;
                calls--;
            }
        }

        private void greeted() {
            if (greeting) {
                greeting = false;
                agent.handshakes--;
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
