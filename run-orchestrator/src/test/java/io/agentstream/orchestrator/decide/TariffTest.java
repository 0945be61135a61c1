package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Failure;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TariffTest {

    @ParameterizedTest
    @CsvSource({
        "0.10, 60000, 0.1000",
        "0.10, 90500, 0.1517", // 91 seconds were begun
        "0.10, 1, 0.0017",
        "0.10, 0, 0.0000",
        "0.10, -5, 0.0000",
        "0.003, 1000, 0.0001", // 0.00005 is rounded up
        "0.0029, 1000, 0.0000",
        "0, 60000, 0.0000",
        "1.5, 14400000, 360.0000"
    })
    void chargesStartedSecondsRoundedHalfUp(String price, long durationMs, String expected) {
        assertEquals(
                expected, new Tariff(new BigDecimal(price)).cost(Tariff.startedSeconds(durationMs)).toPlainString());
    }

    /// What is told of the run has milliseconds, and the facts count its seconds by them: 1.001 s.
    @Test
    void countsSecondsByTheMillisecondsThatAreTold() {
        Instant startedAt = Instant.parse("2026-01-01T12:00:00.000900Z");

        assertEquals(2, Tariff.startedSeconds(startedAt, Instant.parse("2026-01-01T12:00:01.001Z")));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.10, 6", "1, 0.1999, 11", "0.10, 0, 0", "0.10, -1, 0", "0, 0.10, 86400", "0.0001, 100, 86400"})
    void saysHowManySecondsMoneyLasts(String price, String money, int seconds) {
        assertEquals(seconds, new Tariff(new BigDecimal(price)).affordable(new BigDecimal(money)));
    }

    /// Each piece is rounded against what was charged before it.
    @Test
    void piecesAddUpToTheWhole() {
        Tariff tariff = new Tariff(new BigDecimal("0.0333"));
        BigDecimal sum = BigDecimal.ZERO;
        for (int second = 0; second < 1_000; second++) {
            sum = sum.add(tariff.cost(second + 1).subtract(tariff.cost(second)));
        }

        assertEquals(tariff.cost(1_000), sum);
    }

    @ParameterizedTest
    @CsvSource({"MALFORMED_MESSAGE, true", "PEER_STALLED, true", "PROTOCOL_ERROR, true", "INTERNAL_ERROR, false", "OTHER, false"})
    void whoBreaksACallPaysForItsTalk(Failure failure, boolean paid) {
        assertEquals(paid, Tariff.isPaid(failure));
    }

    @Test
    void whatNoPeerCanHaveDoneIsFree() {
        for (Failure failure : Failure.values()) {
            assertTrue(!Tariff.isPaid(failure) || failure.closeCode() < 1_010 || failure == Failure.ABANDONED, failure.name());
        }
    }
}
