package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.Begun;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/// Knows of a call that is over whether its conversation had begun, also where its first record is not kept yet: of which of two topics more is
/// read when a call ends is chance, and what the call costs is not. Any thread.
public final class Attendance {

    /// The reaper asks once a second where partitions end. Where they are not read so far by then, because Kafka is in trouble or there is too
    /// much to do, what is not known has not begun: it is better that a call costs nothing than that it does not end.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration POLL = Duration.ofMillis(50);

    private final Hearing hearing;
    private final Duration patience;

    public Attendance(Hearing hearing) {
        this(hearing, PATIENCE);
    }

    /// @param patience how long is waited at most
    public Attendance(Hearing hearing, Duration patience) {
        this.hearing = hearing;
        this.patience = patience;
    }

    /// What is known at this moment, without waiting.
    public Begun known(CallId call) {
        return new Begun(hearing.beginnings().firstRead(call), false);
    }

    /// What is known once a record of the conversation is read, or everything that was written of it by the time `ms`; after three seconds at
    /// the latest. Whoever reads no more of it learns nothing by waiting: the call's end is not done with then, and is read again.
    ///
    /// @param partition of the call, on both topics
    /// @param ms by the clock of whoever asks where partitions end
    /// @param ours whether the partition is still this process's
    /// @throws NotNowException where it is somebody else's by now, or nothing more is read because this process is stopping
    public Begun awaited(CallId call, int partition, long ms, BooleanSupplier ours) {
        long beganNs = System.nanoTime();
        while (true) {
            // Asked before and after: what is read meanwhile is known by then, and what is left to somebody else is forgotten before.
            boolean wasRead = isRead(partition, ms);
            Instant at = hearing.beginnings().firstRead(call);
            boolean isKnown = at != null || (wasRead && isRead(partition, ms));
            if (!ours.getAsBoolean()) {
                throw new NotNowException("the partition is somebody else's", null);
            }
            boolean isStopped = hearing.listening().isStopped();
            if (isKnown || (!isStopped && System.nanoTime() - beganNs >= patience.toNanos())) {
                return new Begun(at, true);
            }
            if (isStopped) {
                throw NotNowException.stopping(new InterruptedException("nothing more is read"));
            }
            pause();
        }
    }

    private boolean isRead(int partition, long ms) {
        return hearing.listening().isRead(Topics.CONVERSATION_EVENTS, partition, ms);
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }
}
