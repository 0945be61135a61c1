package io.agentstream.gateway.socket;

import io.agentstream.schemas.Failure;

/// Writes down who answers for what came to nothing: an address, an agent and its organisation. Guarded by [AdmissionControl].
final class Debts {

    /// All addresses together may be refused as often as so many of them.
    static final int ADDRESSES = 5;

    /// What its owner has set up badly costs an agent so many times what an address's failure costs the address: a provider calls for all
    /// tenants, an agent is one tenant's alone, and each call that is refused for it costs as much as one that is let in.
    static final int AGENT_COSTS = 10;

    /// What it costs all agents of its organisation: less, so that one agent alone does not silence the others.
    static final int TENANT_COSTS = 8;

    /// What it costs a tenant whose calls are more than it may have in the handshake, where one of them is told so: each leaves two events, and tells
    /// nobody what he does not know. The others are turned away without a trace, and the next may be let in as soon as there is room.
    static final int CROWD_COSTS = 50;

    private static final long SECOND_US = 1_000_000;

    /// What a running call costs its agent that was ended because it brought too much: the next would begin anew.
    private static final long FLOOD_US = SECOND_US;

    /// What it costs all agents of its organisation.
    private static final long TENANTS_FLOOD_US = FLOOD_US * TENANT_COSTS / AGENT_COSTS;

    /// What all addresses together owe.
    final RefusalRate all = RefusalRate.ofMany();

    private final long eachUs;
    private final Called called;

    Debts(int refusalsPerSecond, Called called) {
        this.eachUs = SECOND_US / refusalsPerSecond;
        this.called = called;
    }

    /// What an agent owes for a call that its owner has set up badly.
    long agentsUs() {
        return AGENT_COSTS * eachUs;
    }

    /// What its organisation owes for it.
    long tenantsUs() {
        return TENANT_COSTS * eachUs;
    }

    private long crowdUs() {
        return CROWD_COSTS * eachUs;
    }

    /// A call failed before it talked.
    ///
    /// @param proven whether calls of the address have talked of late
    void failed(Failure failure, Peer peer, Called.Agent agent, boolean proven, long nowUs) {
        switch (Blame.of(failure, proven)) {
            case ADDRESS -> {
                peer(peer, nowUs);
                all.charge(eachUs / ADDRESSES, nowUs);
                if (!proven) {
                    strangersOf(agent, tenantsUs(), nowUs);
                }
            }
            case AGENT -> {
                agent(agent, nowUs);
                if (failure == Failure.WORKFLOW_NOT_FOUND) {
                    unknown(peer, nowUs);
                }
            }
            case NOBODY -> {}
        }
    }

    /// A running call was ended because it brought too much.
    void flooded(Called.Agent agent, long nowUs) {
        agent.rate.charge(FLOOD_US, nowUs);
        if (agent.isKnown()) {
            called.tenant(agent.organization(), nowUs).rate.charge(TENANTS_FLOOD_US, nowUs);
        }
    }

    /// A call of the tenant began.
    ///
    /// @param perSecond as many as may
    void begun(Called.Tenant tenant, int perSecond, long nowUs) {
        tenant.begun.charge(SECOND_US / perSecond, nowUs);
    }

    void peer(Peer peer, long nowUs) {
        peer.rate.charge(eachUs, nowUs);
    }

    /// An address of which calls talk has one that leads to no agent: no tenant answers for it, and its other calls are well.
    void unknown(Peer peer, long nowUs) {
        peer.unknown.charge(eachUs, nowUs);
    }

    /// An address of which no call has talked wants more of an agent than there is. Nobody is to pay for that whose callers are known.
    void stranger(Called.Agent agent, long nowUs) {
        agent.strangers.charge(crowdUs(), nowUs);
        strangersOf(agent, crowdUs(), nowUs);
    }

    /// What strangers cost all agents of the organisation, where it is known.
    private void strangersOf(Called.Agent agent, long costUs, long nowUs) {
        if (agent.isKnown()) {
            called.tenant(agent.organization(), nowUs).strangers.charge(costUs, nowUs);
        }
    }

    /// What the owner of the agent has set up badly.
    private void agent(Called.Agent agent, long nowUs) {
        agent.rate.charge(agentsUs(), nowUs);
        if (agent.isKnown()) {
            called.tenant(agent.organization(), nowUs).rate.charge(tenantsUs(), nowUs);
        }
    }

    /// All agents of the organisation, where it is known, want more than one may have.
    void crowd(Called.Agent agent, long nowUs) {
        if (agent.isKnown()) {
            called.tenant(agent.organization(), nowUs).crowd.charge(crowdUs(), nowUs);
        }
    }
}
