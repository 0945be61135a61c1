package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
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
///
/// A provider calls for all tenants from few addresses, so that what one tenant's calls may do is bounded by tenant, far below what
/// the address may: else whoever floods would use up the address for all. Until it is heard whose an agent is, it is one by itself.
final class AdmissionControl {

    /// Refused sockets that may be there, until they have closed, in all and of one address.
    static final int MAX_REFUSED = 1_000;

    static final int MAX_REFUSED_PER_ADDRESS = 200;

    /// Of the calls in the handshake that a tenant may have, the part that addresses may have none of whose calls has talked.
    private static final int STRANGERS_PART = 2;

    /// Of the calls in the handshake that an address may have, the part for agents of which it is not known whose they are.
    private static final int UNKNOWN_PART = 2;

    /// Of all places, the part that such addresses may have in the handshake together: a call to an agent that there is not has its
    /// place until an orchestrator has said so.
    private static final int ALL_STRANGERS_PART = 2;

    /// Of what the others of them leave of these, the part that one such address may have: whoever comes first leaves room for the next.
    private static final int ONE_STRANGERS_PART = 2;

    /// A gateway of fewer calls keeps nothing back: there, a few callers at once are not a flood.
    static final int KEEPS_BACK_FROM_CALLS = 100;

    private final MediaServer.Admission limits;
    private final TelephonyProviders providers;
    private final Supplier<Optional<String>> unable;

    private final Remembered<Peer> peers = new Remembered<>(Peer::new);
    private final Called called = new Called();
    private final ProvenAddresses provenAddresses = new ProvenAddresses();
    private final Debts debts;
    private int calls;
    private int strangersHandshakes;
    private int sockets;
    private int refused;
    private boolean draining;

    /// @param unable why no call can be served now, or nothing
    AdmissionControl(MediaServer.Admission limits, TelephonyProviders providers, Supplier<Optional<String>> unable) {
        this.limits = limits;
        this.providers = providers;
        this.unable = unable;
        this.debts = new Debts(limits.refusalsPerSecond(), called);
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
        if (debts.all.isUsedUp(nowUs) && !proven) {
            return TurnedAway.RATE;
        }
        if (peer != null && peer.refused >= MAX_REFUSED_PER_ADDRESS) {
            return TurnedAway.ADDRESS_SOCKETS;
        }
        if (peer != null && peer.rate.isUsedUp(nowUs)) {
            return TurnedAway.ADDRESS_RATE;
        }
        Called.Agent known = called.find(agent);
        if (peer != null && (known == null || !known.isKnown()) && peer.unknown.isUsedUp(nowUs)) {
            return TurnedAway.UNKNOWN_AGENTS;
        }
        if (known == null) {
            return null;
        }
        if (known.isUsedUp(proven, debts.agentsUs(), nowUs)) {
            return TurnedAway.AGENT_RATE;
        }
        Called.Tenant tenant = called.findTenant(known.organization());
        return tenant != null && tenant.isUsedUp(proven, debts.tenantsUs(), nowUs) ? TurnedAway.TENANT_RATE : null;
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
            boolean proven = isProven(address, peer, nowUs);
            Called.Agent agent = called.agent(request.agentDigest(), nowUs);
            Failure refusal = refusal(request, peer, agent, able, proven);
            sockets++;
            Permit permit = new Permit(address, peer, agent, refusal, proven);
            if (refusal == null) {
                calls++;
                strangersHandshakes += proven ? 0 : 1;
                peer.strangersHandshakes += proven ? 0 : 1;
                peer.handshakes++;
                agent.handshakes++;
                permit.begins(nowUs);
                permit.meetsUnknown();
            } else {
                refused++;
                peer.refused++;
            }
            if (refusal == Failure.TRY_AGAIN_LATER) {
                crowd(peer, agent, proven, nowUs);
            } else if (refusal != null) {
                debts.failed(refusal, peer, agent, proven, nowUs);
            }
            return permit;
        }
    }

    private @Nullable Failure refusal(
            StreamRequest request, Peer peer, Called.Agent agent, boolean able, boolean proven) {
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
                || isCrowdedByStrangers(peer, proven)
                || peer.handshakes >= limits.maxHandshakesPerAddress()
                || (agent.handshakes >= limits.maxHandshakesPerAgent() && !proven)
                || isCrowded(agent, proven)
                || isCrowdedByUnknown(peer, agent, proven);
        return full ? Failure.TRY_AGAIN_LATER : null;
    }

    /// Whether the agent's organisation has as many calls in the handshake as one may have.
    private boolean isCrowded(Called.Agent agent, boolean proven) {
        Called.Tenant tenant = called.findTenant(agent.organization());
        int most = limits.tenant().maxHandshakes();
        return tenant != null
                && (tenant.handshakes >= most
                        || (!proven && tenant.strangersHandshakes >= Math.max(1, most / STRANGERS_PART)));
    }

    /// Whether all addresses of which no call has talked have as many calls in the handshake as they may have together, or this one has
    /// its part of what the others leave.
    private boolean isCrowdedByStrangers(Peer peer, boolean proven) {
        if (proven || limits.maxCalls() < KEEPS_BACK_FROM_CALLS) {
            return false;
        }
        int left = limits.maxCalls() / ALL_STRANGERS_PART - (strangersHandshakes - peer.strangersHandshakes);
        return peer.strangersHandshakes >= (left == 1 ? 1 : left / ONE_STRANGERS_PART);
    }

    /// Whether the address has no more in the handshake than it might have if no other stranger were there.
    private boolean isWithinItsPart(Peer peer) {
        return peer.strangersHandshakes < limits.maxCalls() / ALL_STRANGERS_PART / ONE_STRANGERS_PART
                && peer.handshakes < limits.maxHandshakesPerAddress();
    }

    /// Whether an address of which calls talk has as many in the handshake, with agents that perhaps there are not, as may be.
    private boolean isCrowdedByUnknown(Peer peer, Called.Agent agent, boolean proven) {
        return proven && !agent.isKnown() && peer.unknownHandshakes >= Math.max(1, limits.maxHandshakesPerAddress() / UNKNOWN_PART);
    }

    /// Whoever has as many sockets in the handshake as one may have answers for those that come on top, or a flood of them would be told
    /// so one by one, each with two events.
    private void crowd(Peer peer, Called.Agent agent, boolean proven, long nowUs) {
        if (draining || calls >= limits.maxCalls()) {
            return; // nobody's doing
        }
        if (isCrowdedByStrangers(peer, proven) && isWithinItsPart(peer)) {
            return; // others' doing
        }
        if (!proven && (agent.handshakes >= limits.maxHandshakesPerAgent() || isCrowded(agent, false))) {
            debts.stranger(agent, nowUs);
        } else if (isCrowded(agent, proven)) {
            debts.crowd(agent, nowUs);
        } else if (isCrowdedByUnknown(peer, agent, proven)) {
            debts.unknown(peer, nowUs);
        } else {
            debts.peer(peer, nowUs);
        }
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
        private final Called.Agent agent;
        private final @Nullable Failure refusal;
        private final boolean cameProven;
        private long organization = SocketCommand.NO_ORGANIZATION;
        private boolean talking;
        private boolean greeting;
        private boolean live;
        private boolean handshake;
        private boolean unknown;
        private boolean there = true;

        private Permit(String address, Peer peer, Called.Agent agent, @Nullable Failure refusal, boolean cameProven) {
            this.address = address;
            this.peer = peer;
            this.agent = agent;
            this.refusal = refusal;
            this.cameProven = cameProven;
            this.greeting = refusal == null;
            this.live = refusal == null;
            this.handshake = refusal == null;
        }

        /// Why the gateway refuses the call by itself, or null.
        @Nullable Failure refusal() {
            return refusal;
        }

        /// The call counts for its agent's organisation from now on, where that is known.
        private void begins(long nowUs) {
            if (!agent.isKnown() || organization != SocketCommand.NO_ORGANIZATION) {
                return;
            }
            organization = agent.organization();
            Called.Tenant tenant = called.tenant(organization, nowUs);
            debts.begun(tenant, limits.tenant().newCallsPerSecond(), nowUs);
            if (greeting) {
                tenant.handshakes++;
                tenant.strangersHandshakes += cameProven ? 0 : 1;
            }
        }

        /// Somebody says whose agent is called; [SocketCommand#NO_ORGANIZATION] says nothing.
        void belongsTo(long organizationId, long nowUs) {
            if (organizationId != SocketCommand.NO_ORGANIZATION) {
                synchronized (AdmissionControl.this) {
                    agent.belongsTo(organizationId, nowUs);
                    begins(nowUs);
                    known();
                }
            }
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
                    debts.failed(failure, peer, agent, isProven(address, peer, nowUs), nowUs);
                } else if (failure == Failure.TOO_MANY_MESSAGES && live) {
                    debts.flooded(agent, nowUs);
                }
                if (talking) {
                    provenAddresses.talked(address, nowUs);
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
                strangersHandshakes -= cameProven ? 0 : 1;
                peer.strangersHandshakes -= cameProven ? 0 : 1;
                agent.handshakes--;
                Called.Tenant tenant = called.findTenant(organization);
                if (tenant != null) { // who has a call in the handshake is not forgotten
                    tenant.handshakes--;
                    tenant.strangersHandshakes -= cameProven ? 0 : 1;
                }
            }
        }

        /// Until it is heard whose the agent is.
        private void meetsUnknown() {
            unknown = !agent.isKnown();
            peer.unknownHandshakes += unknown ? 1 : 0;
        }

        private void known() {
            if (unknown) {
                unknown = false;
                peer.unknownHandshakes--;
            }
        }

        private void met() {
            known();
            if (handshake) {
                handshake = false;
                peer.handshakes--;
            }
        }
    }
}
