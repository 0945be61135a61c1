package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ListeningTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Listening listening = new Listening();

    private void listen(int partition, long fromMs, long toMs) {
        for (long ms = fromMs; ms <= toMs; ms += 1_000) {
            listening.atEnd(partition, ms);
        }
    }

    @Test
    void countsPartitionsThatWereHeardAllTheTime() {
        listen(1, 0, 60_000);
        listen(2, 30_000, 60_000);

        assertEquals(List.of(1), listening.heardFor(MINUTE, 60_000));
    }

    @Test
    void beginsAnewAfterAGap() {
        listen(1, 0, 20_000);
        listen(1, 26_000, 70_000);

        assertEquals(List.of(), listening.heardFor(MINUTE, 70_000));
    }

    @Test
    void doesNotCountAPartitionThatFellBehind() {
        listen(1, 0, 60_000);

        assertEquals(List.of(), listening.heardFor(MINUTE, 66_000));
    }

    @Test
    void beginsAnewAfterAnInterruption() {
        listen(1, 0, 60_000);

        listening.interrupted();

        assertEquals(List.of(), listening.heardFor(MINUTE, 60_000));
    }

    @Test
    void forgetsAPartitionThatIsSomebodyElses() {
        listen(1, 0, 60_000);

        listening.forget(1);

        assertEquals(List.of(), listening.heardFor(MINUTE, 60_000));
    }
}
