package io.agentstream.cli.doctor;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Compares clocks with that of this machine. Pure; any thread.
final class Clocks {

    /// Signs of life, leases and signatures bear more; what is further off than this is not kept in time by anybody.
    private static final Duration MOST = Duration.ofSeconds(2);

    private Clocks() {}

    /// @param theirs what the other one said between `before` and `after`, both by ours
    /// @param precision of what it said
    static Finding compare(String whose, Instant theirs, Instant before, Instant after, Duration precision) {
        Duration ahead = Duration.between(after, theirs);
        Duration behind = Duration.between(theirs.plus(precision), before);
        Duration off = ahead.compareTo(behind) > 0 ? ahead : behind;
        if (off.compareTo(MOST) <= 0) {
            return Finding.ok("clocks", whose + " agrees with this machine");
        }
        return Finding.wrong(
                "clocks",
                whose + " is " + off.toSeconds() + " s " + (ahead.compareTo(behind) > 0 ? "ahead of" : "behind") + " this machine",
                "have both kept by NTP (chronyc tracking, timedatectl)");
    }

    /// As [#compare], of the `Date` of an HTTP answer, which has whole seconds. Nothing can be said of one that is none.
    static Optional<Finding> compareDate(String whose, String date, Instant before, Instant after) {
        try {
            Instant theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(compare(whose, theirs, before, after, Duration.ofSeconds(1)));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }
}
