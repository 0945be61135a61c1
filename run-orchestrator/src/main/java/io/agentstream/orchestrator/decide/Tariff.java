package io.agentstream.orchestrator.decide;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// What talk costs, charged by the millisecond. Pure; any thread.
public record Tariff(BigDecimal pricePerMinute) {

    /// Credits below which no further call is let in.
    static final BigDecimal LEAST_CREDITS = new BigDecimal("0.10");

    private static final int DIGITS = 4;
    private static final BigDecimal MS_PER_MINUTE = BigDecimal.valueOf(60_000);

    /// Half-up to four digits behind the point.
    BigDecimal cost(long durationMs) {
        return pricePerMinute.multiply(BigDecimal.valueOf(durationMs)).divide(MS_PER_MINUTE, DIGITS, RoundingMode.HALF_UP);
    }
}
