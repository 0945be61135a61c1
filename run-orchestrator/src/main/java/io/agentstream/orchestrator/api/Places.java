package io.agentstream.orchestrator.api;

import java.util.HashMap;
import java.util.Map;

/// How many requests are in the house: [#ALL] of everybody, [#OF_ONE] of one organisation. Each may hold a body and a page, so this
/// bounds the memory that the API takes, and one organisation leaves room for the others.
///
/// Who has not shown a key yet is a stranger, and waits outside: of these there are [#STRANGERS] at a time, for as long as it takes
/// to look a key up, which does not depend on how fast they send or read. So strangers, however slow, take nothing from those whose
/// house it is. Any thread.
final class Places {
    static final int ALL = 64;
    static final int OF_ONE = 32;

    /// Far more than can be in the house: they hold no body, and all their keys are one statement.
    static final int STRANGERS = 256;

    private final Map<Long, Integer> taken = new HashMap<>();
    private int strangers;
    private int visits;

    /// What becomes of a request whose organisation is known.
    enum Entry {
        IN,
        /// The house is full.
        FULL,
        /// These have as many as one may have.
        TOO_MANY
    }

    /// A request; it belongs to nobody until its key is known. One thread.
    final class Visit implements AutoCloseable {
        private final boolean isAdmitted;
        private boolean isStranger;
        private boolean isInside;
        private long organization;

        private Visit(boolean isAdmitted) {
            this.isAdmitted = isAdmitted;
            this.isStranger = isAdmitted;
        }

        /// False where too many wait outside.
        boolean isAdmitted() {
            return isAdmitted;
        }

        /// Whose it is: a stranger no longer.
        Entry belongsTo(long organizationId) {
            return enter(this, organizationId);
        }

        /// It is only written to from now on; one that is still a stranger takes no place for that.
        void isAnswered() {
            leaveStrangers(this);
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    synchronized Visit visit() {
        boolean isAdmitted = strangers < STRANGERS;
        if (isAdmitted) {
            strangers++;
        }
        return new Visit(isAdmitted);
    }

    private synchronized Entry enter(Visit visit, long organizationId) {
        leaveStrangers(visit);
        if (taken.getOrDefault(organizationId, 0) >= OF_ONE) {
            return Entry.TOO_MANY;
        }
        if (visits >= ALL) {
            return Entry.FULL;
        }
        visits++;
        taken.merge(organizationId, 1, Integer::sum);
        visit.organization = organizationId;
        visit.isInside = true;
        return Entry.IN;
    }

    private synchronized void leaveStrangers(Visit visit) {
        if (visit.isStranger) {
            visit.isStranger = false;
            strangers--;
        }
    }

    private synchronized void leave(Visit visit) {
        leaveStrangers(visit);
        if (visit.isInside) {
            visit.isInside = false;
            visits--;
            taken.computeIfPresent(visit.organization, (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
