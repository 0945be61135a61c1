package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.Failure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;

/// What talk costs: every second of it that was begun, at a price per minute. The one place where time becomes seconds and money is
/// rounded. Pure; any thread.
///
/// A run is charged in pieces, and each is the cost of all its seconds less that of those charged before: what is rounded away is
/// never more than half of the last digit, however many pieces there were.
public record Tariff(BigDecimal pricePerMinute) {

    /// Credits below which no further call is let in.
    static final BigDecimal LEAST_CREDITS = new BigDecimal("0.10");

    /// What is held for a call, and how often it is charged.
    static final int INTERVAL_SECONDS = 60;

    private static final int DIGITS = 4;
    private static final BigDecimal SECONDS_PER_MINUTE = BigDecimal.valueOf(60);

    /// Seconds that were begun in that time; none where it is none or negative, as where two machines' clocks differ.
    static int startedSeconds(long durationMs) {
        return durationMs <= 0 ? 0 : Math.toIntExact(Math.min(Math.ceilDiv(durationMs, 1_000L), Integer.MAX_VALUE));
    }

    /// By the milliseconds of both, as everybody tells them: a fraction of one that only the database keeps would make another second of
    /// some runs than what is told of them.
    public static int startedSeconds(Instant from, Instant to) {
        return startedSeconds(to.toEpochMilli() - from.toEpochMilli());
    }

    /// Half-up to four digits behind the point.
    public BigDecimal cost(int seconds) {
        return pricePerMinute.multiply(BigDecimal.valueOf(seconds)).divide(SECONDS_PER_MINUTE, DIGITS, RoundingMode.HALF_UP);
    }

    /// Whole seconds that can be paid with so much, at most a day.
    int affordable(BigDecimal money) {
        if (money.signum() <= 0) {
            return 0;
        }
        BigDecimal day = BigDecimal.valueOf(86_400);
        if (isFree()) {
            return day.intValue();
        }
        return money.multiply(SECONDS_PER_MINUTE).divide(pricePerMinute, 0, RoundingMode.FLOOR).min(day).intValue();
    }

    /// Whether a call that talked and then failed in this way is paid for its talk: who is to blame for it. What nobody of this
    /// version knows is taken as our fault.
    public static boolean isPaid(Failure failure) {
        return switch (failure) {
            // The peer did what no peer may do, or went away.
            case BINARY_MESSAGE, MALFORMED_MESSAGE, MESSAGE_TOO_BIG, TOO_MANY_MESSAGES, PEER_STALLED, PROTOCOL_ERROR, ABANDONED ->
                true;
            // Ours.
            case INTERNAL_ERROR, TRY_AGAIN_LATER, OTHER -> false;
            // Before any talk.
            case MISSING_PROVIDER, UNKNOWN_PROVIDER, UNSUPPORTED_PROVIDER, WORKFLOW_NOT_FOUND, SUSPENDED, QUOTA_EXCEEDED,
                    CONCURRENCY_LIMIT, MISSING_DOMAIN, UNKNOWN_DOMAIN, MISSING_BEARER_TOKEN, EXPECTED_CONNECTED, EXPECTED_START,
                    MISSING_STREAM_IDENTIFIERS, UNSUPPORTED_MEDIA, SESSION_INVALID, HANDSHAKE_TIMEOUT -> false;
        };
    }

    boolean isFree() {
        return pricePerMinute.signum() == 0;
    }
}
