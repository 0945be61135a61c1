package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class ListeningTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final TopicPartition SEVEN = new TopicPartition(Topics.CALL_LIFECYCLE.name(), 7);

    private final Listening listening = new Listening();
    private long position;

    /// Reads everything there is, once a second.
    private void listen(long fromMs, long toMs) {
        for (long ms = fromMs; ms <= toMs; ms += 1_000) {
            listening.read(SEVEN, position);
            listening.ends(Map.of(SEVEN, position), ms);
        }
    }

    private List<Integer> heard(long nowMs) {
        return listening.heardFor(Topics.CALL_LIFECYCLE, MINUTE, nowMs).partitions();
    }

    @Test
    void hearsAfterTheWholeTime() {
        listen(0, 59_000);
        assertEquals(List.of(), heard(59_000));
        listen(60_000, 60_000);

        assertEquals(List.of(7), heard(60_000));
        assertEquals(
                List.of(), listening.heardFor(Topics.CONVERSATION_EVENTS, MINUTE, 60_000).partitions());
    }

    @Test
    void aGapBeginsAnew() {
        listen(0, 50_000);
        listen(58_000, 100_000);

        assertEquals(List.of(), heard(100_000));
        listen(101_000, 118_000);
        assertEquals(List.of(7), heard(118_000));
    }

    @Test
    void forgetsWhatIsSomebodyElses() {
        listen(0, 60_000);

        listening.forget(SEVEN);

        assertEquals(List.of(), heard(60_000));
    }

    @Test
    void anInterruptionBeginsAnew() {
        listen(0, 60_000);

        listening.interrupted();

        listen(61_000, 61_000);
        assertEquals(List.of(), heard(61_000));
    }

    @Test
    void knowsNothingOfTheTimeSinceItWasHeardLast() {
        listen(0, 60_000);

        assertEquals(List.of(), heard(66_000));
    }

    @Test
    void whatIsNotReadYetIsNotKnown() {
        listen(0, 60_000);

        listening.ends(Map.of(SEVEN, 5L), 61_000); // something was written that is not read yet
        listening.ends(Map.of(SEVEN, 9L), 62_000);
        assertEquals(60_000, listening.heardFor(Topics.CALL_LIFECYCLE, MINUTE, 62_000).untilMs());
        listening.read(SEVEN, 5);

        assertEquals(61_000, listening.heardFor(Topics.CALL_LIFECYCLE, MINUTE, 62_000).untilMs());
    }
}
