package io.agentstream.orchestrator.replay;

import io.agentstream.orchestrator.replay.LogReaders.BusyException;
import io.agentstream.orchestrator.store.RunPlaces.Kept;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs whose timelines are followed: each is read once in a process, however many follow it, [#MAX] at a time, and [#OF_ONE] of one
/// organisation. One that is over counts until the last of those who follow it has been told all of it. Any thread.
public final class FollowedRuns implements AutoCloseable {

    public static final int MAX = 16;
    public static final int OF_ONE = 4;

    private final RunLog log;
    private final CatchingUp catchingUp = new CatchingUp();
    private final ToldBytes told = new ToldBytes();

    // Guarded by runs.
    private final Map<Long, Owned> runs = new HashMap<>();
    private boolean isClosed;

    /// @param kept what of it could be read when it was begun
    private record Owned(long owner, FollowedRun run, Kept kept) {}

    public FollowedRuns(RunLog log) {
        this.log = log;
    }

    /// Somebody who follows a run. One thread, which may wait in [#next].
    public static final class Follower implements AutoCloseable {
        private final FollowedRun run;
        private final TimelineMark resumed;
        private final WantedEntries wanted;
        private int at;
        private boolean hasLeft;

        private Follower(FollowedRun run, TimelineMark resumed, WantedEntries wanted) {
            this.run = run;
            this.resumed = resumed;
            this.wanted = wanted;
        }

        /// What he is told next: frames to send, none where nothing happened for `waitMs`; and what the stream ends with.
        public Next next(long waitMs) throws InterruptedException {
            FollowedRun.Next next = run.next(at, resumed, wanted, waitMs);
            at = next.at();
            return new Next(next.frames(), next.end());
        }

        @Override
        public void close() {
            if (!hasLeft) {
                hasLeft = true;
                run.leave();
            }
        }
    }

    /// @param end null where it goes on
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Next(List<byte[]> frames, byte @Nullable [] end) {}

    /// Whether it is an id of a stream of ours.
    public static boolean isId(String lastEventId) {
        return TimelineMark.parse(lastEventId).isPresent();
    }

    /// Whether it is the id of the end of a stream, behind which nothing is ever told.
    public static boolean isLast(String lastEventId) {
        return TimelineMark.parse(lastEventId).filter(TimelineMark::isLast).isPresent();
    }

    /// Whether the run is followed already, or may be.
    ///
    /// @param owner whose run it is
    public boolean hasRoom(long owner, Located run) {
        synchronized (runs) {
            return !isClosed && (runs.containsKey(run.id()) || isLess(owner));
        }
    }

    private boolean isLess(long owner) {
        return runs.size() < MAX && runs.values().stream().filter(each -> each.owner() == owner).count() < OF_ONE;
    }

    /// @param owner whose run it is
    /// @param lastEventId how far he had come before; nothing: he begins with the beginning
    /// @param wanted entries
    /// @throws BusyException where as many runs are followed as may be, or none any more
    public Follower follow(long owner, Located run, Optional<String> lastEventId, WantedEntries wanted) throws BusyException {
        TimelineMark resumed = lastEventId.flatMap(TimelineMark::parse).orElse(TimelineMark.NONE);
        synchronized (runs) {
            if (!hasRoom(owner, run)) {
                throw new BusyException();
            }
            Owned known = runs.get(run.id());
            if (known != null && !known.kept().equals(run.kept())) {
                known.run().drop();
            }
            FollowedRun followed = known != null && known.run().enter() ? known.run() : begin(owner, run);
            return new Follower(followed, resumed, wanted);
        }
    }

    /// One that somebody follows already.
    private FollowedRun begin(long owner, Located run) {
        FollowedRun[] self = new FollowedRun[1];
        FollowedRun followed = new FollowedRun(
                new CallId(run.callId()), isGivenUp -> log.follow(run, isGivenUp), run.endedAt() == null, owner, catchingUp, told,
                () -> log.isKept(run), () -> forget(run.id(), self[0]));
        self[0] = followed;
        followed.enter();
        runs.put(run.id(), new Owned(owner, followed, run.kept()));
        followed.start();
        return followed;
    }

    private void forget(long runId, FollowedRun followed) {
        synchronized (runs) {
            runs.computeIfPresent(runId, (_, known) -> known.run() == followed ? null : known);
        }
    }

    /// Whoever follows is told that it is over here, and goes on elsewhere.
    @Override
    public void close() {
        synchronized (runs) {
            isClosed = true;
            runs.values().forEach(each -> each.run().stop());
        }
    }
}
