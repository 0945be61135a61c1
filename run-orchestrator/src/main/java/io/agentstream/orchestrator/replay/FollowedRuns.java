package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.orchestrator.replay.LogReaders.BusyException;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Runs whose timelines are followed: each is read once in a process, however many follow it, and [#MAX] at a time. Any thread.
public final class FollowedRuns implements AutoCloseable {

    public static final int MAX = 16;

    private static final int AT_ONCE = 200;

    private final RunLog log;
    private final Map<Long, FollowedRun> runs = new HashMap<>();

    public FollowedRuns(RunLog log) {
        this.log = log;
    }

    /// Somebody who follows a run. One thread, which may wait in [#next].
    public static final class Follower implements AutoCloseable {
        private final FollowedRun run;
        private final TimelineMark resumed;
        private final Predicate<TimelineEntry> wanted;
        private int at;
        private boolean hasLeft;

        private Follower(FollowedRun run, TimelineMark resumed, Predicate<TimelineEntry> wanted) {
            this.run = run;
            this.resumed = resumed;
            this.wanted = wanted;
        }

        /// What he is told next: frames to send, none where nothing happened for `waitMs`; and what the stream ends with.
        public Next next(long waitMs) throws InterruptedException {
            FollowedRun.Next next = run.next(at, resumed, wanted, AT_ONCE, waitMs);
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

    /// Whether the run is followed already, or may be.
    public boolean hasRoom(Located run) {
        synchronized (runs) {
            return runs.containsKey(run.id()) || runs.size() < MAX;
        }
    }

    /// @param lastEventId how far he had come before; nothing: he begins with the beginning
    /// @param wanted entries
    /// @throws BusyException where as many runs are followed as may be
    public Follower follow(Located run, Optional<String> lastEventId, Predicate<TimelineEntry> wanted) throws BusyException {
        TimelineMark resumed = lastEventId.flatMap(TimelineMark::parse).orElse(TimelineMark.NONE);
        synchronized (runs) {
            FollowedRun followed = runs.get(run.id());
            if (followed == null) {
                if (runs.size() >= MAX) {
                    throw new BusyException();
                }
                followed = begin(run);
            }
            followed.enter();
            return new Follower(followed, resumed, wanted);
        }
    }

    private FollowedRun begin(Located run) {
        boolean goesOn = run.endedAt() == null;
        FollowedRun[] self = new FollowedRun[1];
        FollowedRun followed = new FollowedRun(
                new CallId(run.callId()), () -> goesOn ? log.follow(run) : log.open(run), goesOn, () -> forget(run.id(), self[0]));
        self[0] = followed;
        runs.put(run.id(), followed);
        followed.start();
        return followed;
    }

    private void forget(long runId, FollowedRun followed) {
        synchronized (runs) {
            runs.remove(runId, followed);
        }
    }

    /// Whoever follows is told that it is over here, and goes on elsewhere.
    @Override
    public void close() {
        synchronized (runs) {
            runs.values().forEach(FollowedRun::stop);
        }
    }
}
