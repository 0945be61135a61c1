package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How far the runs of each organisation are gone through for what it keeps for a time only, and the going on: oldest first, by the index
/// that the organisation's list has. What has been forgotten stays so where it is kept for longer later.
public final class RetentionRounds {

    /// Runs that are gone through in one transaction.
    public static final int BATCH = 100;

    /// No call takes so long (`MAX_CALL_DURATION` is two days at most): a run that is open for longer cannot be ended, and what is known of
    /// it is forgotten like the others', which must not wait for it.
    static final Duration STUCK = Duration.ofDays(3);

    /// A run that is younger may still be written by a transaction that is under way, and what is said of it may be on its way.
    public static final Duration YOUNG = Duration.ofMinutes(5);

    /// When an organisation is looked at again that has nothing to forget.
    private static final int PAUSE_S = 60;

    /// What is kept for a time of its own.
    public enum Kind {
        MEDIA,
        TRANSCRIPTS,
        RUNS
    }

    /// @param keep for how long; null where the organisation has no time of its own
    /// @param afterAt when the last run was made that is done with; `afterId` is its number
    public record Round(
            long organizationId, Kind kind, @Nullable Duration keep, Instant afterAt, long afterId) {}

    private record Candidate(long id, Instant createdAt, boolean isRipe) {}

    private RetentionRounds() {}

    /// Sees to it that each organisation with times of its own has its rounds.
    public static int begin(Connection connection) throws SQLException {
        return Sql.update(
                connection,
                """
                insert into retention_rounds (organization_id, kind)
                select o.id, k.kind
                  from organizations o,
                       lateral (values ('media', o.media_hours), ('transcripts', o.transcript_days), ('runs', o.run_days)) k(kind, keep)
                 where num_nonnulls(o.media_hours, o.transcript_days, o.run_days) > 0 and k.keep is not null
                on conflict do nothing
                """);
    }

    /// Takes the one that is due for a while, in which nobody else gets it. Whoever fails with it has put it behind the others.
    public static Optional<Round> take(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                """
                update retention_rounds q set next_at = now() + make_interval(secs => ?)
                  from organizations o
                 where o.id = q.organization_id
                   and (q.organization_id, q.kind) = (select d.organization_id, d.kind from retention_rounds d
                                                       where d.next_at <= now()
                                                       order by d.next_at limit 1 for no key update skip locked)
                returning q.organization_id, q.kind, q.after_at, q.after_id,
                          case q.kind when 'media' then o.media_hours when 'transcripts' then o.transcript_days * 24
                                      else o.run_days * 24 end as keep_hours
                """,
                row -> {
                    Integer hours = Sql.intOrNull(row, "keep_hours");
                    return new Round(
                            row.getLong("organization_id"),
                            Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                            hours == null ? null : Duration.ofHours(hours),
                            Sql.instant(row, "after_at"),
                            row.getLong("after_id"));
                },
                PAUSE_S);
    }

    /// Forgets what is due of some runs, and says of how many. A run that is not over yet is waited for, and those behind it.
    public static EmptiedRuns.Progress goOn(Connection connection, Round round, Instant now) throws SQLException {
        List<Candidate> candidates = round.keep() == null ? List.of() : candidates(connection, round, round.keep(), now);
        List<Candidate> all = candidates.stream().takeWhile(Candidate::isRipe).toList();
        long[] runs = EmptiedRuns.portion(connection, all.stream().map(Candidate::id).toList(), EmptiedRuns.MOST_EVENTS);
        List<Candidate> ripe = all.subList(0, runs.length);
        List<UUID> emptied = List.of();
        if (!ripe.isEmpty()) {
            EmptiedRuns.lock(connection, runs);
            EmptiedRuns.Counts counts = switch (round.kind()) {
                case MEDIA -> EmptiedRuns.forgetMedia(connection, runs);
                case TRANSCRIPTS -> EmptiedRuns.forgetWords(connection, runs);
                case RUNS -> EmptiedRuns.empty(connection, runs);
            };
            emptied = counts.emptied();
        }
        Sql.update(
                connection,
                """
                update retention_rounds set after_at = ?, after_id = ?, next_at = now() + make_interval(secs => ?)
                 where organization_id = ? and kind = ?
                """,
                ripe.isEmpty() ? round.afterAt() : ripe.getLast().createdAt(),
                ripe.isEmpty() ? round.afterId() : ripe.getLast().id(),
                ripe.size() == BATCH || ripe.size() < all.size() ? 0 : PAUSE_S,
                round.organizationId(),
                round.kind().name().toLowerCase(Locale.ROOT));
        return new EmptiedRuns.Progress(ripe.size(), emptied);
    }

    private static List<Candidate> candidates(Connection connection, Round round, Duration keep, Instant now)
            throws SQLException {
        Instant until = now.minus(keep.compareTo(YOUNG) < 0 ? YOUNG : keep);
        Sql.only(connection, RunLists.PLANNED, row -> true);
        return Sql.query(
                connection,
                """
                select r.id, r.created_at, coalesce(r.ended_at <= ?, r.created_at <= ?) as ripe from runs r
                 where (r.organization_id, r.created_at, r.id) > (?, ?, ?)
                   and (r.organization_id, r.created_at, r.id) <= (?, ?, ?)
                 order by r.organization_id, r.created_at, r.id limit ?
                """,
                row -> new Candidate(row.getLong("id"), Sql.instant(row, "created_at"), row.getBoolean("ripe")),
                until,
                until.minus(STUCK),
                round.organizationId(),
                round.afterAt(),
                round.afterId(),
                round.organizationId(),
                until,
                Long.MAX_VALUE,
                BATCH);
    }
}
