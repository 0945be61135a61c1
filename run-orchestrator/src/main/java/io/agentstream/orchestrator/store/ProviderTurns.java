package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// The table of when the last requests to a provider went out, by the database's clock: in any window at most so many of one line.
public final class ProviderTurns {

    /// The part of the limit that requests which can wait leave to those that cannot.
    private static final int SPARED = 5;

    private final String provider;
    private final int requests;
    private final long windowMs;

    public ProviderTurns(String provider, int requests, Duration window) {
        this.provider = provider;
        this.requests = requests;
        this.windowMs = window.toMillis();
    }

    /// Takes the next turn.
    ///
    /// @return nanoseconds until it comes; nothing where it would come too late
    public OptionalLong reserve(Connection connection, String line, Duration patience) throws SQLException {
        Optional<Long> waitNs = Sql.first(
                connection,
                """
                insert into provider_turns as t (provider, domain, times) values (?, ?, array[clock_timestamp()])
                on conflict (provider, domain) do update
                   set times = t.times[greatest(1, cardinality(t.times) - ? + 2):]
                               || greatest(clock_timestamp(), t.times[cardinality(t.times)],
                                           t.times[cardinality(t.times) - ? + 1] + ? * interval '1 millisecond')
                 where coalesce(t.times[cardinality(t.times) - ? + 1] + ? * interval '1 millisecond'
                                <= clock_timestamp() + ? * interval '1 millisecond', true)
                returning (greatest(0, extract(epoch from times[cardinality(times)] - clock_timestamp())) * 1000000000)::bigint
                """,
                row -> row.getLong(1),
                provider,
                line,
                requests,
                requests,
                windowMs,
                requests,
                windowMs,
                patience.toMillis());
        return waitNs.isPresent() ? OptionalLong.of(waitNs.get()) : OptionalLong.empty();
    }

    /// Turns that were taken together.
    ///
    /// @param at what they are known by
    public record Taken(int count, Instant at) {}

    /// Takes turns that are free now; a part of the limit is left for those who cannot wait. In a transaction.
    public Optional<Taken> take(Connection connection, String line, int most) throws SQLException {
        record Now(int busy, Instant at) {}
        Sql.update(
                connection,
                "insert into provider_turns (provider, domain, times) values (?, ?, '{}') on conflict do nothing",
                provider,
                line);
        Now now = Sql.only(
                connection,
                """
                select clock_timestamp() as now,
                       (select count(*) from unnest(t.times) as x(at)
                         where x.at > clock_timestamp() - ? * interval '1 millisecond') as busy
                  from provider_turns t where provider = ? and domain = ? for update
                """,
                row -> new Now(row.getInt("busy"), Sql.instant(row, "now")),
                windowMs,
                provider,
                line);
        int free = Math.min(most, requests - requests / SPARED - now.busy());
        if (free <= 0) {
            return Optional.empty();
        }
        Sql.update(
                connection,
                """
                update provider_turns t
                   set times = array(select x.at from (select at from unnest(t.times || array_fill(?::timestamptz, array[?]))
                                                              as y(at) order by at desc limit ?) x order by x.at)
                 where provider = ? and domain = ?
                """,
                now.at(),
                free,
                requests,
                provider,
                line);
        return Optional.of(new Taken(free, now.at()));
    }

    /// One of the turns that were taken at `at` counts from now on.
    public int late(Connection connection, String line, Instant at) throws SQLException {
        return Sql.update(
                connection,
                """
                update provider_turns t
                   set times = array(
                       select z.at from (
                           select y.at from (
                               select x.at from unnest(t.times) with ordinality as x(at, nth)
                                where x.nth is distinct from array_position(t.times, ?::timestamptz)
                               union all select clock_timestamp()) y
                            order by y.at desc limit ?) z
                        order by z.at)
                 where provider = ? and domain = ?
                """,
                at,
                requests,
                provider,
                line);
    }

    /// Takes out the lines of those who asked nothing for a day.
    public static int forget(Connection connection) throws SQLException {
        return Sql.update(
                connection,
                "delete from provider_turns where coalesce(times[cardinality(times)], 'epoch') < now() - interval '1 day'");
    }
}
