package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// The table of when the last requests to a provider went out, by the database's clock: in any window at most so many of one domain.
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
    public OptionalLong reserve(Connection connection, String domain, Duration patience) throws SQLException {
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
                domain,
                requests,
                requests,
                windowMs,
                requests,
                windowMs,
                patience.toMillis());
        return waitNs.isPresent() ? OptionalLong.of(waitNs.get()) : OptionalLong.empty();
    }

    /// Takes turns that are free now; a part of the limit is left for those who cannot wait. In a transaction.
    public int take(Connection connection, String domain, int most) throws SQLException {
        Sql.update(
                connection,
                "insert into provider_turns (provider, domain, times) values (?, ?, '{}') on conflict do nothing",
                provider,
                domain);
        int busy = Sql.only(
                connection,
                """
                select (select count(*) from unnest(t.times) as x(at)
                         where x.at > clock_timestamp() - ? * interval '1 millisecond')
                  from provider_turns t where provider = ? and domain = ? for update
                """,
                row -> row.getInt(1),
                windowMs,
                provider,
                domain);
        int free = Math.min(most, requests - requests / SPARED - busy);
        if (free <= 0) {
            return 0;
        }
        Sql.update(
                connection,
                """
                update provider_turns t
                   set times = array(select x.at from (select at from unnest(t.times || array_fill(clock_timestamp(), array[?]))
                                                              as y(at) order by at desc limit ?) x order by x.at)
                 where provider = ? and domain = ?
                """,
                free,
                requests,
                provider,
                domain);
        return free;
    }
}
