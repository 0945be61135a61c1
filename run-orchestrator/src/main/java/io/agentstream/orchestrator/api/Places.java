package io.agentstream.orchestrator.api;

import java.util.HashMap;
import java.util.Map;

/// How many requests are in the house: [#ALL] of everybody, [#OF_ONE] of one organisation. Each may hold a body and a page, so this
/// bounds the memory that the API takes, and one organisation leaves room for the others. Any thread.
final class Places {
    static final int ALL = 64;
    static final int OF_ONE = 32;

    private final Map<Long, Integer> taken = new HashMap<>();
    private int visits;

    /// A request; it belongs to nobody until its key is known. One thread.
    final class Visit implements AutoCloseable {
        private final boolean isAdmitted;
        private long organization;
        private boolean isOfOne;

        private Visit(boolean isAdmitted) {
            this.isAdmitted = isAdmitted;
        }

        /// False where the house is full.
        boolean isAdmitted() {
            return isAdmitted;
        }

        /// Whose it is; false where these have as many as one may have.
        boolean belongsTo(long organizationId) {
            organization = organizationId;
            isOfOne = take(organizationId);
            return isOfOne;
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    synchronized Visit visit() {
        boolean isAdmitted = visits < ALL;
        if (isAdmitted) {
            visits++;
        }
        return new Visit(isAdmitted);
    }

    private synchronized boolean take(long organizationId) {
        if (taken.getOrDefault(organizationId, 0) >= OF_ONE) {
            return false;
        }
        taken.merge(organizationId, 1, Integer::sum);
        return true;
    }

    private synchronized void leave(Visit visit) {
        if (visit.isAdmitted) {
            visits--;
        }
        if (visit.isOfOne) {
            taken.computeIfPresent(visit.organization, (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
