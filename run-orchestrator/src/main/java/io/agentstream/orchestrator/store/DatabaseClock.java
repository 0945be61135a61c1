package io.agentstream.orchestrator.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database's time, which is one for all orchestrators, whatever their machines' clocks say: when a call was heard of, when a meter is
/// due and when somebody is lost is written by one orchestrator and judged by another.
///
/// The database is asked now and then ([#read]); in between it is this machine's count of nanoseconds that goes on. Before the first
/// answer, when nothing is decided yet, it is this machine's own clock. Like every clock that is set right it may go back a little. Any
/// thread; [#instant] asks nobody.
public final class DatabaseClock implements InstantSource {

    private static final Logger log = LoggerFactory.getLogger(DatabaseClock.class);

    /// An answer that took longer says too little.
    static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(1);

    /// Who is further off is told, because logs and gateways on that machine go by its own clock.
    private static final Duration TELLING = Duration.ofSeconds(2);

    private final InstantSource own;
    private final LongSupplier nanoTime;
    private volatile @Nullable Reading reading;
    private volatile boolean told;

    /// What the database's time was at a moment, give or take.
    private record Reading(Instant at, long nanos, long errorNs) {
        Instant when(long nowNanos) {
            return at.plusNanos(nowNanos - nanos);
        }
    }

    /// @param own this machine's clock
    public DatabaseClock(InstantSource own, LongSupplier nanoTime) {
        this.own = own;
        this.nanoTime = nanoTime;
    }

    @Override
    public Instant instant() {
        Reading last = reading;
        return last == null ? own.instant() : last.when(nanoTime.getAsLong());
    }

    /// Asks the database. What agrees with the last answer changes nothing. One thread at a time; blocks.
    ///
    /// @throws DatabaseException where it does not answer
    public void read(Database database) {
        long before = nanoTime.getAsLong();
        Instant there = database.withConnection(
                c -> Sql.only(c, "select clock_timestamp()", row -> Sql.instant(row, "clock_timestamp")));
        long after = nanoTime.getAsLong();
        long errorNs = (after - before) / 2;
        Reading fresh = new Reading(there, before + errorNs, errorNs);
        Reading last = reading;
        boolean agrees = last != null
                && Duration.between(last.when(fresh.nanos()), there).abs().toNanos() <= errorNs + last.errorNs();
        if (last == null || (errorNs <= LONGEST_NS && (!agrees || errorNs < last.errorNs()))) {
            reading = fresh;
        }
        tell();
    }

    private void tell() {
        Duration off = off();
        boolean far = off.abs().compareTo(TELLING) > 0;
        if (far && !told) {
            log.atWarn()
                    .addKeyValue("off_ms", off.toMillis())
                    .log("this machine's clock is not the database's, which calls are decided by: set it right for logs and gateways");
        }
        told = far;
    }

    /// How far this machine's clock is ahead of the database's; negative where it is behind.
    public Duration off() {
        return Duration.between(instant(), own.instant());
    }
}
