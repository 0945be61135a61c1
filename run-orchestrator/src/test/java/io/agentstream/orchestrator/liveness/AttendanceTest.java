package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Begun;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// What is known of the conversation of a call whose end was read.
final class AttendanceTest {

    private static final TopicPartition SEVEN = new TopicPartition(Topics.CONVERSATION_EVENTS.name(), 7);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final long READ_MS = 5_000;

    private final Hearing hearing = new Hearing();
    private final CallId call = Samples.started().callId();
    private final Instant began = Instant.ofEpochMilli(4_000);
    private final AtomicBoolean ours = new AtomicBoolean(true);

    @Test
    void aRecordThatIsUnderWayIsKnownAtOnceAndTheFirstOfThemCounts() {
        hearing.beginnings().read(call, began);
        hearing.beginnings().read(call, began.plusSeconds(3));

        assertEquals(new Begun(began, false), new Attendance(hearing, LONG).known(call));
        assertEquals(new Begun(began, true), new Attendance(hearing, LONG).awaited(call, 7, READ_MS, ours::get));
    }

    @Test
    void aRecordThatIsReadMeanwhileEndsTheWait() throws Exception {
        CompletableFuture<Begun> known = ask();

        hearing.beginnings().read(call, began);

        assertEquals(new Begun(began, true), known.get(10, TimeUnit.SECONDS));
    }

    @Test
    void whatHasNotBegunIsCertainOnceEverythingIsRead() throws Exception {
        hearing.listening().read(SEVEN, 10);
        hearing.listening().ends(Map.of(SEVEN, 10L), READ_MS - 1);
        CompletableFuture<Begun> known = ask();
        hearing.listening().ends(Map.of(SEVEN, 12L), READ_MS);
        assertThrows(TimeoutException.class, () -> known.get(200, TimeUnit.MILLISECONDS));

        hearing.listening().read(SEVEN, 12);

        assertEquals(Begun.KEPT, known.get(10, TimeUnit.SECONDS));
    }

    @Test
    void nothingIsWaitedForForever() throws Exception {
        CompletableFuture<Begun> known = ask(Duration.ofMillis(200));

        Until.holds(known::isDone);

        assertEquals(Begun.KEPT, known.get());
    }

    /// Also where all is read, or something is known: what is known here of somebody else's partition may be half of it.
    @Test
    void ofAPartitionThatIsSomebodyElsesByNowNothingIsSaid() throws Exception {
        CompletableFuture<Begun> known = ask(Duration.ofMillis(500));

        ours.set(false);

        assertInstanceOf(NotNowException.class, assertThrows(ExecutionException.class, () -> known.get(10, TimeUnit.SECONDS)).getCause());
        hearing.beginnings().read(call, began);
        assertThrows(NotNowException.class, () -> new Attendance(hearing, LONG).awaited(call, 7, READ_MS, ours::get));
    }

    @Test
    void whereNothingMoreIsReadNothingIsSaidOfWhatIsNotKnown() throws Exception {
        CompletableFuture<Begun> known = ask();

        hearing.listening().stop();

        assertInstanceOf(NotNowException.class, assertThrows(ExecutionException.class, () -> known.get(10, TimeUnit.SECONDS)).getCause());
        hearing.beginnings().read(call, began);
        assertEquals(new Begun(began, true), new Attendance(hearing, LONG).awaited(call, 7, READ_MS, ours::get));
    }

    private CompletableFuture<Begun> ask() {
        return ask(LONG);
    }

    private CompletableFuture<Begun> ask(Duration patience) {
        return CompletableFuture.supplyAsync(() -> new Attendance(hearing, patience).awaited(call, 7, READ_MS, ours::get), Thread::startVirtualThread);
    }
}
