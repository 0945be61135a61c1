package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.Meters;
import io.agentstream.orchestrator.store.Meters.Meter;
import io.agentstream.orchestrator.store.Refunds;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Holds money for runs, and charges them: while they talk by the signs of life's own times, and at their end by its own. Whoever
/// calls holds the run's lock; the user's is taken here, after all others. Only the thread that has the connection.
final class Charges {

    /// How soon a call that is to end is looked at again.
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final Tariff standard;

    /// @param standard for runs without a price of their own, which were admitted by a version that kept none
    Charges(Tariff standard) {
        this.standard = standard;
    }

    /// What its owner has for one more call, which stays so until the transaction ends.
    ///
    /// @param free what is not held for other calls; null where it is unlimited
    /// @param least what is enough
    record Funds(@Nullable BigDecimal free, BigDecimal least) {
        static final Funds UNLIMITED = new Funds(null, Tariff.LEAST_CREDITS);

        boolean enough() {
            return free == null || free.compareTo(least) >= 0;
        }
    }

    /// What a call that is over costs.
    enum Due {
        /// Its talk.
        TALK(""),
        /// Nothing: we broke it.
        OUR_FAULT("the call failed through no doing of its own"),
        /// Nothing: it ended before anybody held its conversation.
        UNSERVED("nobody served the call");

        /// What the reader of a correction sees.
        private final String why;

        Due(String why) {
            this.why = why;
        }
    }

    /// What a meter's reading asks for.
    enum Wanted {
        NOTHING,
        /// The money is used up: the agent may finish its sentence.
        FINISH,
        /// It had its time for that.
        CLOSE
    }

    static boolean enough(@Nullable BigDecimal free) {
        return free == null || free.compareTo(Tariff.LEAST_CREDITS) >= 0;
    }

    /// What the run's owner has for it, his row being locked: also what is held for running runs of its session, whose rows are locked.
    static Funds lockFunds(Connection connection, RunRow run, List<RunRow> rivals) throws SQLException {
        List<Long> own = Stream.concat(Stream.of(run), rivals.stream()).map(RunRow::id).toList();
        return new Funds(Meters.lockFree(connection, run.ownerUserId(), own).orElse(null), Tariff.LEAST_CREDITS);
    }

    /// As they will be when the runs that it takes over are settled: less what those have talked and are not charged yet. A call that
    /// goes on needs no more than to go on.
    Funds takingOver(Connection connection, RunRow run, List<RunRow> rivals, Funds funds, Instant now) throws SQLException {
        BigDecimal free = funds.free();
        BigDecimal least = funds.least();
        for (RunRow rival : rivals) {
            Instant startedAt = rival.startedAt();
            if (free != null && startedAt != null && rival.ownerUserId() == run.ownerUserId()) {
                Tariff tariff = tariff(rival);
                int charged = Meters.find(connection, rival.id()).map(Meter::chargedSeconds).orElse(0);
                int due = Served.isKept(connection, rival, now) ? Tariff.startedSeconds(startedAt, now) : 0;
                free = free.add(tariff.cost(charged)).subtract(tariff.cost(due));
                least = tariff(run).cost(1);
            }
        }
        return new Funds(free, least);
    }

    /// From now on the run's talk costs, and a minute of it is held, or what there is.
    void begin(Connection connection, RunRow run, Funds funds, Instant at) throws SQLException {
        Tariff tariff = tariff(run);
        if (tariff.isFree()) {
            return;
        }
        BigDecimal minute = tariff.cost(Tariff.INTERVAL_SECONDS);
        BigDecimal free = funds.free();
        BigDecimal held = free == null ? BigDecimal.ZERO : free.min(minute);
        int seconds = free == null ? Tariff.INTERVAL_SECONDS : Math.min(Tariff.INTERVAL_SECONDS, tariff.affordable(free));
        Meters.start(connection, run.id(), run.ownerUserId(), tariff.pricePerMinute(), held, at.plusSeconds(seconds));
    }

    /// Charges what is known of the run's talk, and holds what the next minute costs.
    ///
    /// @param grace how long the agent may take to finish its sentence
    Wanted read(Connection connection, RunRow run, Instant now, Duration grace) throws SQLException {
        Optional<Meter> found = Meters.find(connection, run.id());
        Instant startedAt = run.startedAt();
        if (found.isEmpty() || startedAt == null || found.get().dueAt().isAfter(now)) {
            return Wanted.NOTHING;
        }
        Meter meter = found.get();
        Tariff tariff = new Tariff(meter.pricePerMinute());
        Optional<BigDecimal> free = Meters.lockFree(connection, run.ownerUserId(), List.of(run.id()));
        int charged = Math.max(meter.chargedSeconds(), Tariff.startedSeconds(startedAt, Signs.last(run)));
        BigDecimal amount = tariff.cost(charged).subtract(tariff.cost(meter.chargedSeconds()));
        if (charged > meter.chargedSeconds()) {
            charge(connection, run, meter.chargedSeconds(), charged, amount);
            RunRows.setCost(connection, run.id(), tariff.cost(charged));
        }
        if (free.isEmpty()) {
            Instant next = now.plusSeconds(Tariff.INTERVAL_SECONDS);
            Meters.note(connection, run.id(), new Meters.Reading(charged, BigDecimal.ZERO, next, null));
            return Wanted.NOTHING;
        }
        BigDecimal money = free.get().subtract(amount).max(BigDecimal.ZERO);
        int open = Math.max(0, Tariff.startedSeconds(startedAt, now) - charged); // talked, and no sign of life says so yet
        int affordable = tariff.affordable(money);
        if (affordable <= open) {
            Instant since = meter.finishingAt() == null ? now : meter.finishingAt();
            BigDecimal held = money.min(tariff.cost(open));
            Meters.note(connection, run.id(), new Meters.Reading(charged, held, now.plus(AGAIN), since));
            return now.isBefore(since.plus(grace).plus(AGAIN)) ? Wanted.FINISH : Wanted.CLOSE;
        }
        int ahead = open + Tariff.INTERVAL_SECONDS;
        BigDecimal held = money.min(tariff.cost(ahead));
        Instant next = startedAt.plusSeconds(charged + (long) Math.min(ahead, affordable));
        Meters.note(connection, run.id(), new Meters.Reading(charged, held, next, null));
        return Wanted.NOTHING;
    }

    /// The run is over: charges what is missing, or gives back what is too much, and holds nothing more.
    ///
    /// @return what the run cost in all
    BigDecimal settle(Connection connection, RunRow run, Instant endedAt, Due due) throws SQLException {
        Instant startedAt = run.startedAt();
        if (startedAt == null) {
            return BigDecimal.ZERO;
        }
        int charged = Meters.find(connection, run.id()).map(Meter::chargedSeconds).orElse(0);
        Meters.stop(connection, run.id());
        int seconds = due == Due.TALK ? Tariff.startedSeconds(startedAt, endedAt) : 0;
        Tariff tariff = tariff(run);
        BigDecimal cost = tariff.cost(seconds);
        BigDecimal missing = cost.subtract(tariff.cost(charged));
        if (missing.signum() > 0) {
            charge(connection, run, charged, seconds, missing);
        } else if (missing.signum() < 0) {
            Refunds.giveBack(
                    connection, run.organizationId(), run.ownerUserId(), run.id(), missing.negate(), due.why);
        }
        RunRows.setCost(connection, run.id(), cost);
        return cost;
    }

    private static void charge(Connection connection, RunRow run, int from, int to, BigDecimal amount) throws SQLException {
        Ledger.charge(
                connection,
                new Ledger.Charge(run.organizationId(), run.ownerUserId(), run.id(), from, to, amount));
    }

    private Tariff tariff(RunRow run) {
        return run.pricePerMinute() == null ? standard : new Tariff(run.pricePerMinute());
    }
}
