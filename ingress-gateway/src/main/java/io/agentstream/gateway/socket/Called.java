package io.agentstream.gateway.socket;

import io.agentstream.schemas.SocketCommand;
import org.jspecify.annotations.Nullable;

/// What is under way, and owed, of the agents that are called, and of the organisations that they are known to belong to. Whose an agent
/// is, the gateway hears with the first decision on one of its calls. Guarded by [AdmissionControl].
final class Called {

    /// Whose an agent is, is kept for so long after it was heard last.
    static final long KEPT_US = ProvenAddresses.KEPT_US;

    /// One agent's.
    static final class Agent implements Remembered.Trace {
        int handshakes;

        /// What its owner has set up badly.
        final RefusalRate rate = RefusalRate.ofOne();

        /// What addresses wanted too much of, none of whose calls has talked of late.
        final RefusalRate strangers = RefusalRate.ofOne();

        private long organization = SocketCommand.NO_ORGANIZATION;
        private long heardUs;

        @Override
        public boolean isForgettable(long nowUs) {
            return handshakes == 0 && rate.isFresh(nowUs) && strangers.isFresh(nowUs) && !(isKnown() && nowUs - heardUs < KEPT_US);
        }

        void belongsTo(long organizationId, long nowUs) {
            organization = organizationId;
            heardUs = nowUs;
        }

        /// Whether no more of its calls may come for now.
        ///
        /// @param proven whether they come from an address of which calls have talked of late
        /// @param eachUs what it costs if one of those in the handshake comes to nothing
        boolean isUsedUp(boolean proven, long eachUs, long nowUs) {
            return rate.isUsedUp(handshakes * eachUs, nowUs) || (!proven && strangers.isUsedUp(nowUs));
        }

        /// Whether it is known whose it is.
        boolean isKnown() {
            return organization != SocketCommand.NO_ORGANIZATION;
        }

        long organization() {
            return organization;
        }
    }

    /// All agents' of one organisation together.
    static final class Tenant implements Remembered.Trace {
        int handshakes;

        /// Those of addresses none of whose calls has talked of late.
        int strangersHandshakes;

        /// What its owner has set up badly.
        final RefusalRate rate = RefusalRate.ofOne();

        /// What came to nothing from addresses none of whose calls has talked of late, and what they wanted too much of.
        final RefusalRate strangers = RefusalRate.ofOne();

        /// What was more than one may have in the handshake. It is apart: who has good calls only may have all of them under way. No more is owed than
        /// one refusal's time, also where several came in between the look and the upgrade: there may be room again.
        final RefusalRate crowd = RefusalRate.ofMany();

        /// Calls that began.
        final RefusalRate begun = RefusalRate.ofOne();

        @Override
        public boolean isForgettable(long nowUs) {
            return handshakes == 0 && rate.isFresh(nowUs) && strangers.isFresh(nowUs) && crowd.isFresh(nowUs) && begun.isFresh(nowUs);
        }

        /// Whether no more of its calls may come for now.
        ///
        /// @param proven whether they come from an address of which calls have talked of late
        /// @param eachUs what it costs if one of those in the handshake comes to nothing
        boolean isUsedUp(boolean proven, long eachUs, long nowUs) {
            return rate.isUsedUp(handshakes * eachUs, nowUs)
                    || crowd.isUsedUp(nowUs)
                    || begun.isUsedUp(nowUs)
                    || (!proven && strangers.isUsedUp(strangersHandshakes * eachUs, nowUs));
        }
    }

    private final Remembered<Agent> agents = new Remembered<>(Agent::new);
    private final Remembered<Tenant> tenants = new Remembered<>(Tenant::new);

    /// @param digest the agent's
    @Nullable Agent find(String digest) {
        return agents.find(digest);
    }

    Agent agent(String digest, long nowUs) {
        return agents.of(digest, nowUs);
    }

    /// Null where nothing is remembered of it, or it is not known.
    @Nullable Tenant findTenant(long organization) {
        return tenants.find(Long.toString(organization));
    }

    Tenant tenant(long organization, long nowUs) {
        return tenants.of(Long.toString(organization), nowUs);
    }
}
