package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PausesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void goesOnForADayAndThenGivesUp() {
        // when
        Duration all = Pauses.AFTER.stream().reduce(Duration.ZERO, Duration::plus);

        // then
        assertTrue(all.compareTo(Duration.ofHours(23)) > 0 && all.compareTo(Duration.ofHours(24)) <= 0, all.toString());
        assertEquals(Optional.empty(), Pauses.after(Pauses.AFTER.size() + 1, null, NOW, 0.5));
        assertTrue(Pauses.after(Pauses.AFTER.size(), null, NOW, 0.5).isPresent());
    }

    @Test
    void isSpreadATenthEitherWay() {
        assertEquals(Duration.ofMillis(4_500), Pauses.after(1, null, NOW, 0).orElseThrow());
        assertEquals(Duration.ofSeconds(5), Pauses.after(1, null, NOW, 0.5).orElseThrow());
        assertEquals(Duration.ofMillis(5_500), Pauses.after(1, null, NOW, 1).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | PT2M",
                "'Thu, 01 Jan 2026 00:01:00 GMT' | PT1M",
                "1 | PT5S",
                "999999999 | PT6H",
                "'Wed, 31 Dec 2025 00:00:00 GMT' | PT5S",
                "soon | PT5S",
                "-5 | PT5S",
            })
    void keepsToALongerPauseThatIsAskedFor(String asked, Duration pause) {
        assertEquals(pause, Pauses.after(1, asked, NOW, 0.5).orElseThrow());
    }
}
