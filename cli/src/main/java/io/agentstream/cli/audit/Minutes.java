package io.agentstream.cli.audit;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares `usage.v1` with the database, minute by minute and organisation by organisation: all minutes that lie in the window whole
/// and are over, by the runs that ended in them. One thread.
final class Minutes {

    /// Longest call that there can be; a run that ended in the window may have begun so long before it.
    private static final Duration LONGEST_CALL = Duration.ofDays(2);
    private static final int MOST_NAMES = 10;

    private static final String SUMS = """
            select organization_id, date_trunc('minute', ended_at) as minute,
                   count(*) filter (where state = 'completed') as completed,
                   count(*) filter (where state = 'failed') as failed,
                   count(*) filter (where state = 'completed' or started_at is not null) as admitted,
                   coalesce(sum(ceil(greatest(0, floor(extract(epoch from ended_at) * 1000)
                                                - floor(extract(epoch from started_at) * 1000)) / 1000)), 0)::bigint as seconds,
                   coalesce(sum(cost), 0) as cost
              from runs
             where call_id >= ? and ended_at >= ? and ended_at < ?
             group by 2, 1
             order by 2, 1
            """;

    private static final String NAMES = """
            select name from runs
             where call_id >= ? and organization_id = ? and ended_at >= ? and ended_at < ? order by id limit ?
            """;

    private final Database database;
    private final TopicScan topics;
    private final int room;

    /// @param room how many sums it may remember at a time
    Minutes(Database database, TopicScan topics, int room) {
        this.database = database;
        this.topics = topics;
        this.room = room;
    }

    private record Key(Instant minute, long organizationId) {
        static final Comparator<Key> ORDER = Comparator.comparing(Key::minute).thenComparingLong(Key::organizationId);
    }

    private record Sum(long completed, long failed, @Nullable Long admitted, @Nullable Long seconds, @Nullable BigDecimal cost) {

        static final Sum NOTHING = new Sum(0, 0, 0L, 0L, BigDecimal.ZERO);

        static Sum of(Usage usage) {
            return new Sum(
                    usage.completed(), usage.failed(), usage.admitted(), usage.seconds(),
                    usage.cost() == null ? null : new BigDecimal(usage.cost()));
        }

        /// What an older writer did not say is nowhere wrong.
        boolean isSame(Sum other) {
            return completed == other.completed
                    && failed == other.failed
                    && (admitted == null || other.admitted == null || admitted.equals(other.admitted))
                    && (seconds == null || other.seconds == null || seconds.equals(other.seconds))
                    && (cost == null || other.cost == null || cost.compareTo(other.cost) == 0);
        }

        @Override
        public String toString() {
            return completed + " completed, " + failed + " failed, " + seconds + " s, " + (cost == null ? "?" : Told.plain(cost));
        }
    }

    /// Two sums of one minute that are not the same.
    private record Pair(Sum stored, Sum told) {}

    /// What is wrong by `usage.v1` and the database, each disagreement by its organisation and minute.
    Map<String, Disagreement> compare(Window window) throws IOException {
        Instant from = window.from().minusMillis(1).truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        Instant settled = window.now().minus(window.settledAfter()).truncatedTo(ChronoUnit.MINUTES);
        Instant until = window.until().truncatedTo(ChronoUnit.MINUTES);
        if (settled.isBefore(until)) {
            until = settled;
        }
        // Sums are deleted after their retention, and nothing says of one that it was.
        Instant kept = window.now().minus(Topics.USAGE.retention()).plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MINUTES);
        Key next = new Key(from.isBefore(kept) ? kept : from, Long.MIN_VALUE);
        Map<String, Disagreement> found = new HashMap<>();
        while (next != null && next.minute().isBefore(until)) {
            next = compare(next, until, found);
        }
        return found;
    }

    /// Returns where to go on; null where there is nothing left.
    private @Nullable Key compare(Key first, Instant until, Map<String, Disagreement> found) throws IOException {
        TreeMap<Key, Sum> told = new TreeMap<>(Key.ORDER);
        Key[] limit = {new Key(until, Long.MIN_VALUE)};
        topics.read(Topics.USAGE, first.minute(), record -> {
            if (record.value() != null
                    && Topics.USAGE.codec().decode(record.value()) instanceof Decoded.Value<Usage>(Usage usage)) {
                Key key = new Key(usage.minute(), usage.organizationId());
                if (Key.ORDER.compare(key, first) >= 0 && Key.ORDER.compare(key, limit[0]) < 0) {
                    told.put(key, Sum.of(usage));
                    if (told.size() > room) {
                        limit[0] = told.pollLastEntry().getKey();
                    }
                }
            }
        });
        CallId earliest = CallId.of(Math.max(0, first.minute().minus(LONGEST_CALL).toEpochMilli()), 0, 0);
        Map<Long, Instant> retired = retired();
        Map<Key, Pair> wrong = new HashMap<>();
        database.inTransaction(connection -> {
            Sql.each(
                    connection, SUMS, row -> Map.entry(key(row), sum(row)),
                    row -> {
                        Key key = row.getKey();
                        if (Key.ORDER.compare(key, limit[0]) >= 0) {
                            return false;
                        }
                        if (Key.ORDER.compare(key, first) >= 0) {
                            judge(key, row.getValue(), Objects.requireNonNullElse(told.remove(key), Sum.NOTHING), retired, wrong);
                        }
                        return true;
                    },
                    earliest.value(), first.minute(), until);
            return true;
        });
        told.forEach((key, sum) -> judge(key, Sum.NOTHING, sum, retired, wrong));
        wrong.forEach((key, pair) -> {
            String minute = key.organizationId() + "@" + key.minute();
            found.put(minute, new Disagreement(
                    Kind.USAGE_DIFFERS, names(key, earliest), null, key.organizationId(),
                    "usage.v1 has for " + minute + ": " + pair.told() + "; the runs that ended in that minute: " + pair.stored()));
        });
        return limit[0].minute().isBefore(until) ? limit[0] : null;
    }

    private static void judge(Key key, Sum stored, Sum told, Map<Long, Instant> retired, Map<Key, Pair> wrong) {
        Instant keptFrom = retired.get(key.organizationId());
        if (!stored.isSame(told) && (keptFrom == null || !key.minute().isBefore(keptFrom))) {
            wrong.put(key, new Pair(stored, told));
        }
    }

    private List<String> names(Key key, CallId earliest) {
        return database.inTransaction(connection -> Sql.query(
                connection, NAMES, row -> row.getString("name"), earliest.value(), key.organizationId(), key.minute(),
                key.minute().plus(1, ChronoUnit.MINUTES), MOST_NAMES));
    }

    /// Runs of before that time may have been deleted, by organisations that have them deleted; they stay in the sums.
    private Map<Long, Instant> retired() {
        Map<Long, Instant> retired = new HashMap<>();
        database.inTransaction(connection -> Sql.query(
                        connection,
                        "select id, now() - (run_days - 1) * interval '1 day' as kept_from from organizations where run_days is not null",
                        row -> Map.entry(row.getLong("id"), Sql.instant(row, "kept_from"))))
                .forEach(each -> retired.put(each.getKey(), each.getValue()));
        return retired;
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(Sql.instant(row, "minute"), row.getLong("organization_id"));
    }

    private static Sum sum(ResultSet row) throws SQLException {
        return new Sum(
                row.getLong("completed"), row.getLong("failed"), row.getLong("admitted"), row.getLong("seconds"),
                row.getBigDecimal("cost"));
    }
}
