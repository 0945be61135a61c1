package io.agentstream.orchestrator.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long to wait after each attempt that failed. Twelve attempts within a day, then none. Pure; any thread.
final class Pauses {

    /// After the first attempt, after the second, and so on: together a little less than 24 hours.
    static final List<Duration> AFTER = List.of(
            Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(10), Duration.ofMinutes(30),
            Duration.ofHours(1), Duration.ofHours(2), Duration.ofHours(3), Duration.ofHours(5), Duration.ofHours(6),
            Duration.ofHours(6));

    /// Longest wait that a receiver may ask for.
    private static final Duration LONGEST_ASKED = Duration.ofHours(6);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /// A tenth either way, so that what failed together does not come back together.
    private static final double JITTER = 0.1;

    private Pauses() {}

    /// The pause after an attempt; nothing where it was the last one.
    ///
    /// @param attempts that were made, from 1
    /// @param retryAfter what the receiver asked for, as its header has it; a longer pause than ours is kept to, up to six hours
    /// @param random from 0 to 1
    static Optional<Duration> after(int attempts, @Nullable String retryAfter, Instant now, double random) {
        if (attempts > AFTER.size()) {
            return Optional.empty();
        }
        Duration ours = AFTER.get(Math.max(0, attempts - 1));
        Duration jittered = Duration.ofMillis((long) (ours.toMillis() * (1 - JITTER + 2 * JITTER * random)));
        Duration asked = retryAfter == null ? Duration.ZERO : asked(retryAfter.strip(), now);
        Duration bounded = asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
        return Optional.of(bounded.compareTo(jittered) > 0 ? bounded : jittered);
    }

    /// Seconds, or a date as HTTP writes it (RFC 9110, 10.2.3).
    private static Duration asked(String text, Instant now) {
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            return Duration.between(now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException neither) {
            return Duration.ZERO;
        }
    }
}
