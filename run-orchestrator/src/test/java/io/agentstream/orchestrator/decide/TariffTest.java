package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TariffTest {

    @ParameterizedTest
    @CsvSource({
        "0.10, 60000, 0.1000",
        "0.10, 90500, 0.1508",
        "0.10, 30, 0.0001", // 0.00005 is rounded up
        "0.10, 29, 0.0000",
        "0, 60000, 0.0000",
        "1.5, 14400000, 360.0000"
    })
    void chargesByTheMillisecondRoundedHalfUp(String price, long durationMs, String expected) {
        assertEquals(expected, new Tariff(new BigDecimal(price)).cost(durationMs).toPlainString());
    }
}
