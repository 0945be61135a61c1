package io.agentstream.orchestrator.api;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// How many requests are in the house: [#ALL] of everybody, [#OF_ONE] of one organisation. Each may hold a body and a page, so this
/// bounds the memory that the API takes, and one organisation leaves room for the others.
///
/// An answer that is a stream takes its time: it leaves the house, and there are [#STREAMS] of those at a time, [#STREAMS_OF_ONE] of
/// one organisation.
///
/// Who has not shown a key yet is a stranger, and waits outside: of these there are [#STRANGERS] at a time, for as long as it takes
/// to look a key up, which does not depend on how fast they send or read. So strangers, however slow, take nothing from those whose
/// house it is. Any thread.
final class Places {
    static final int ALL = 64;
    static final int OF_ONE = 32;

    /// Far more than can be in the house: they hold no body, and all their keys are one statement.
    static final int STRANGERS = 256;

    static final int STREAMS = 16;
    static final int STREAMS_OF_ONE = 2;

    /// Answers that go on hold no thread, and a megabyte at most that waits to be sent.
    static final int FOLLOWERS = 1_000;

    static final int FOLLOWERS_OF_ONE = 200;
    static final int FOLLOWERS_OF_KEY = 64;

    private final Map<Long, Integer> taken = new HashMap<>();
    private final Map<Long, Integer> streamed = new HashMap<>();
    private final Map<Long, Integer> following = new HashMap<>();
    private final Map<Long, Integer> followingByKey = new HashMap<>();
    private int followers;
    private int streams;
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
        private boolean isStream;
        private boolean isFollowing;
        private long organization;
        private long key;

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

        /// Its answer goes on, also after this is closed, until [#endsFollowing].
        Entry follows(long keyId) {
            return enterFollowers(this, keyId);
        }

        void endsFollowing() {
            leaveFollowers(this);
        }

        /// Its answer is a stream, of which one has begun from now on where it is in.
        Entry streams() {
            return enterStreams(this);
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

    private synchronized Entry enterStreams(Visit visit) {
        if (streamed.getOrDefault(visit.organization, 0) >= STREAMS_OF_ONE) {
            return Entry.TOO_MANY;
        }
        if (streams >= STREAMS) {
            return Entry.FULL;
        }
        leave(visit);
        streams++;
        streamed.merge(visit.organization, 1, Integer::sum);
        visit.isStream = true;
        return Entry.IN;
    }

    private synchronized Entry enterFollowers(Visit visit, long keyId) {
        if (following.getOrDefault(visit.organization, 0) >= FOLLOWERS_OF_ONE
                || followingByKey.getOrDefault(keyId, 0) >= FOLLOWERS_OF_KEY) {
            return Entry.TOO_MANY;
        }
        if (followers >= FOLLOWERS) {
            return Entry.FULL;
        }
        followers++;
        following.merge(visit.organization, 1, Integer::sum);
        followingByKey.merge(keyId, 1, Integer::sum);
        visit.key = keyId;
        visit.isFollowing = true;
        return Entry.IN;
    }

    private synchronized void leaveFollowers(Visit visit) {
        if (visit.isFollowing) {
            visit.isFollowing = false;
            followers--;
            following.computeIfPresent(visit.organization, (_, count) -> count == 1 ? null : count - 1);
            followingByKey.computeIfPresent(visit.key, (_, count) -> count == 1 ? null : count - 1);
            notifyAll();
        }
    }

    /// Waits until nobody follows any more, for so long at most.
    synchronized void awaitNobodyFollows(Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        for (long leftMs = limit.toMillis(); followers > 0 && leftMs > 0; leftMs = (deadlineNs - System.nanoTime()) / 1_000_000) {
            wait(leftMs);
        }
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
        if (visit.isStream) {
            visit.isStream = false;
            streams--;
            streamed.computeIfPresent(visit.organization, (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
