package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an organisation used, by minute, hour or day in UTC: the sum of its runs, each in the stretch in which it was over, as
/// `usage.v1` has it. A run's cost is the sum of its entries in the ledger.
///
/// There is no index of ends, which every run would pay for: a run that was over in a stretch was created in it or in the hour before,
/// or is one of the few that took longer, which have an index (V11).
public final class UsageLists {
    /// How many runs are read for an answer, beyond those of one stretch, which is always answered whole.
    static final int MAX_EXAMINED = 5_000;

    private static final int MAX_STRETCHES = 2_000;
    private static final int MAX_STRETCHES_OF_AGENTS = 200;

    /// As in the index `runs_long`.
    private static final Duration SHORT = Duration.ofHours(1);

    /// No call takes so long: `MAX_CALL_DURATION` is two days at most.
    private static final Duration LONGEST = Duration.ofDays(30);

    /// How much earlier than it began a run may be over, by two machines' clocks.
    private static final Duration SKEW = Duration.ofMinutes(10);

    private static final String SUMS =
            """
            with w as (
                select ?::bigint as org, ?::timestamptz as lo, ?::timestamptz as hi, ?::timestamptz as now, ?::bigint as step,
                       ?::boolean as by_agent),
            runs_of as (
                select agent_id, failure_code, cost, started_at, ended_at
                  from runs where organization_id = ? and created_at >= ? and created_at < ?
                   and (ended_at is null or ended_at - created_at <= interval '1 hour')
                union all
                select agent_id, failure_code, cost, started_at, ended_at
                  from runs where organization_id = ? and created_at >= ? and created_at < ?
                   and ended_at - created_at > interval '1 hour'
                union all
                select agent_id, failure_code, cost, started_at, ended_at
                  from runs where organization_id = ? and state in ('initialized', 'running') and created_at < ?),
            considered as materialized (
                select case when w.by_agent then r.agent_id else 0 end as agent, r.failure_code, r.cost, r.started_at, r.ended_at,
                       case when r.started_at is not null then greatest(r.started_at, w.lo) end as talk_from,
                       coalesce(r.ended_at, w.now) as talk_to
                  from runs_of r, w),
            changes as (
                select c.agent, c.talk_from as at, 1 as by from considered c, w
                 where c.talk_from < c.talk_to and c.talk_from < w.hi
                union all
                select c.agent, c.talk_to, -1 from considered c, w
                 where c.talk_from < c.talk_to and c.talk_to < w.hi),
            running as (
                select c.agent, c.at, sum(c.by) over (partition by c.agent order by c.at, c.by rows unbounded preceding) as n,
                       lead(c.at, 1, w.hi) over (partition by c.agent order by c.at, c.by) as until
                  from changes c, w),
            lasting as (
                select r.agent, r.n, floor(date_part('epoch', r.at) / w.step)::bigint as first,
                       floor(date_part('epoch', r.until - interval '1 microsecond') / w.step)::bigint as last
                  from running r, w where r.n > 0 and r.until > r.at),
            sums as (
                select floor(date_part('epoch', c.ended_at) / w.step)::bigint as stretch, c.agent,
                       case when c.started_at is null then c.failure_code end as refused, count(*) as n,
                       sum(greatest(0, ceil(date_part('epoch', date_trunc('milliseconds', c.ended_at)
                                                                - date_trunc('milliseconds', c.started_at)))))::bigint as seconds,
                       sum(c.cost) as cost
                  from considered c, w where c.ended_at >= w.lo and c.ended_at < w.hi group by 1, 2, 3),
            peaks as (
                select x.stretch, x.agent, max(x.n)::bigint as n
                  from (select first as stretch, agent, n from lasting
                        union all
                        select s.stretch, agent, n from lasting, lateral generate_series(first + 1, last) s (stretch)
                         where last > first) x
                 group by 1, 2)
            select stretch, agent, false as peak, refused, n, seconds, cost, (select uuid from agents where id = agent) as uuid from sums
            union all
            select stretch, agent, true, null, n, 0, 0, (select uuid from agents where id = agent) from peaks
            """;

    private UsageLists() {}

    /// A whole number of them is a day in UTC.
    public enum Step {
        MINUTE(60),
        HOUR(3_600),
        DAY(86_400);

        private final long seconds;

        Step(long seconds) {
            this.seconds = seconds;
        }

        public long seconds() {
            return seconds;
        }

        private Instant start(Instant time) {
            return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
        }
    }

    /// What is asked for: what was over at `from` or later, and before `to`.
    ///
    /// @param now until when a run that is open has been running
    public record Wanted(long organizationId, Instant from, Instant to, Step step, boolean byAgent, Instant now) {}

    /// A place in a list: behind stretches that begin at `start` or later; but of the agents of that one those with a number below
    /// `agentId` are still to come.
    public record Position(Instant start, long agentId) {}

    /// What was used from `from` to `to`, which is a whole stretch but for the ends of what was asked for.
    ///
    /// @param start of the whole stretch
    /// @param agentId 0 where it is of all agents, and `agentUuid` null
    /// @param offered runs that were over
    /// @param admitted those of them that came to talk
    /// @param refused the others, by the code of their failure
    /// @param runningPeak most runs that talked at a time, those that began earlier or are not over yet too
    /// @param seconds started seconds of talk
    public record Usage(
            Instant start,
            Instant from,
            Instant to,
            long agentId,
            @Nullable UUID agentUuid,
            long offered,
            long admitted,
            SortedMap<String, Long> refused,
            long runningPeak,
            long seconds,
            BigDecimal cost) {}

    /// Takes what a list brings, until it has enough.
    public interface Taker {
        /// False where there is no room for it.
        boolean take(Usage usage);

        /// Behind this place there may be more, which was not looked for.
        void goOnBehind(Position place);
    }

    /// Those behind `after` (null: from the newest), newest first, agents by number, those that were made last first; as many as `taker`
    /// wants. Stretches in which nothing was over and nothing talked are left out. In a transaction.
    public static void list(Connection connection, Wanted wanted, @Nullable Position after, Taker taker) throws SQLException {
        list(connection, wanted, after, MAX_EXAMINED, taker);
    }

    static void list(Connection connection, Wanted wanted, @Nullable Position after, int maxExamined, Taker taker)
            throws SQLException {
        Instant hi = after == null ? wanted.to() : earlier(wanted.to(), end(after, wanted.step()));
        if (!hi.isAfter(wanted.from())) {
            return;
        }
        Instant lo = beginning(connection, wanted, hi, maxExamined);
        for (Usage usage : read(connection, wanted, lo, hi)) {
            boolean isBehind = after == null || usage.start().isBefore(after.start()) || usage.agentId() < after.agentId();
            if (isBehind && !taker.take(usage)) {
                return;
            }
        }
        if (lo.isAfter(wanted.from())) {
            taker.goOnBehind(new Position(lo, 0));
        }
    }

    private static Instant end(Position after, Step step) {
        return after.agentId() == 0 ? after.start() : after.start().plusSeconds(step.seconds());
    }

    /// From where on it is read: so that neither too many runs nor too many stretches are.
    private static Instant beginning(Connection connection, Wanted wanted, Instant hi, int maxExamined) throws SQLException {
        Step step = wanted.step();
        Instant newest = step.start(hi.minusNanos(1));
        int stretches = wanted.byAgent() ? MAX_STRETCHES_OF_AGENTS : MAX_STRETCHES;
        Instant lo = later(wanted.from(), newest.minusSeconds((stretches - 1) * step.seconds()));
        Instant tooMany = Sql.first(
                        connection,
                        """
                        select created_at from runs where organization_id = ? and created_at < ? and created_at >= ?
                         order by organization_id desc, created_at desc offset ? limit 1
                        """,
                        row -> Sql.instant(row, "created_at"),
                        wanted.organizationId(),
                        hi,
                        lo.minus(SHORT),
                        maxExamined)
                .orElse(null);
        if (tooMany == null) {
            return lo;
        }
        Instant whole = step.start(tooMany.plus(SHORT)).plusSeconds(step.seconds());
        return later(lo, earlier(whole, newest));
    }

    private static List<Usage> read(Connection connection, Wanted wanted, Instant lo, Instant hi) throws SQLException {
        SortedMap<Key, Sum> sums = new TreeMap<>();
        long organization = wanted.organizationId();
        Sql.query(
                connection,
                SUMS,
                row -> sums.computeIfAbsent(new Key(row.getLong("stretch"), row.getLong("agent")), _ -> new Sum()).add(row),
                organization, lo, hi, wanted.now(), wanted.step().seconds(), wanted.byAgent(),
                organization, lo.minus(SHORT), hi.plus(SKEW),
                organization, lo.minus(LONGEST), hi,
                organization, lo.minus(SHORT));
        List<Usage> list = new ArrayList<>();
        for (Map.Entry<Key, Sum> entry : sums.entrySet()) {
            Key key = entry.getKey();
            Instant start = Instant.ofEpochSecond(key.stretch() * wanted.step().seconds());
            Instant end = start.plusSeconds(wanted.step().seconds());
            list.add(entry.getValue().usage(start, later(start, wanted.from()), earlier(end, wanted.to()), key.agent()));
        }
        return list;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    /// In the list's order.
    private record Key(long stretch, long agent) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byStretch = Long.compare(other.stretch, stretch);
            return byStretch != 0 ? byStretch : Long.compare(other.agent, agent);
        }
    }

    private static final class Sum {
        private final SortedMap<String, Long> refused = new TreeMap<>();
        private @Nullable UUID agent;
        private long offered;
        private long peak;
        private long seconds;
        private BigDecimal cost = BigDecimal.ZERO;

        boolean add(ResultSet row) throws SQLException {
            agent = row.getObject("uuid", UUID.class);
            long n = row.getLong("n");
            if (row.getBoolean("peak")) {
                peak = n;
                return true;
            }
            offered += n;
            String cause = row.getString("refused");
            if (cause != null) {
                refused.put(cause, n);
            }
            seconds += row.getLong("seconds");
            BigDecimal more = row.getBigDecimal("cost");
            cost = more == null ? cost : cost.add(more);
            return true;
        }

        Usage usage(Instant start, Instant from, Instant to, long agentId) {
            long turnedAway = refused.values().stream().mapToLong(Long::longValue).sum();
            return new Usage(start, from, to, agentId, agent, offered, offered - turnedAway, refused, peak, seconds, cost);
        }
    }
}
