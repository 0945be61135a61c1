package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.store.Webhooks.Secrets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the senders of all orchestrators share: which deliveries are due, whose they are, and what became of them.
///
/// Whoever takes one has it for a lease, and nobody else takes it before that is over. All of it goes by the database's clock, so that
/// those of the orchestrators need not agree. What comes of an attempt counts only where the
/// delivery was not taken by somebody else meanwhile.
public final class DueDeliveries {

    /// Webhooks that have something pending, by hopping over the index from one to the next, so that a hundred thousand deliveries of one
    /// cost no more than one of it.
    private static final String BUSY =
            """
            with recursive busy(id) as (
                (select webhook_id from webhook_deliveries where state = 'pending' order by webhook_id limit 1)
                union all
                select (select d.webhook_id from webhook_deliveries d
                         where d.state = 'pending' and d.webhook_id > b.id order by d.webhook_id limit 1)
                  from busy b where b.id is not null
            )
            """;

    private DueDeliveries() {}

    /// A delivery with what it takes to send it.
    ///
    /// @param payload null before the first attempt
    /// @param age since it was queued
    public record Due(
            Delivery delivery, long organizationId, String url, Secrets secrets, @Nullable String payload, Duration age) {

        /// Without URL and payload.
        @Override
        public String toString() {
            return "Due[" + delivery.id() + "]";
        }
    }

    /// How much may be taken.
    ///
    /// @param perWebhook most deliveries of one webhook that are under way here
    /// @param perOrganization the same of one organisation
    /// @param inAll most that may be taken now
    public record Room(int perWebhook, int perOrganization, int inAll) {}

    /// What is under way here, by the number of the webhook and of the organisation.
    public record UnderWay(Map<Long, Integer> webhooks, Map<Long, Integer> organizations) {}

    /// Takes what is due, the longest due first, but of no webhook and no organisation more than there is room for. Counts the attempt.
    public static List<Due> take(Connection connection, Room room, UnderWay underWay, Duration lease) throws SQLException {
        return Sql.query(
                connection,
                BUSY + """
                , due as (
                    select d.id, d.next_at, coalesce(o.n, 0) as taken,
                           row_number() over (partition by w.organization_id order by d.next_at, d.id) as place
                      from busy b
                      join webhooks w on w.id = b.id and w.enabled and w.deleted_at is null
                      left join unnest(?::bigint[], ?::integer[]) as h(id, n) on h.id = w.id
                      left join unnest(?::bigint[], ?::integer[]) as o(id, n) on o.id = w.organization_id
                     cross join lateral (
                           select p.id, p.next_at from webhook_deliveries p
                            where p.webhook_id = w.id and p.state = 'pending' and p.next_at <= now()
                            order by p.next_at, p.id limit greatest(0, ? - coalesce(h.n, 0))) d
                ), mine as (
                    select id from webhook_deliveries
                     where id in (select id from due where place <= ? - taken order by next_at, id limit ?)
                       and state = 'pending' and next_at <= now()
                       for no key update skip locked
                )
                update webhook_deliveries d
                   set attempts = d.attempts + 1, next_at = now() + ? * interval '1 millisecond', last_attempt_at = now()
                  from mine m, webhooks w
                 where d.id = m.id and w.id = d.webhook_id
                returning d.*, w.organization_id, w.url, w.secret, w.previous_secret, w.previous_until,
                          extract(epoch from now() - d.created_at) as age_s
                """,
                DueDeliveries::read,
                keys(underWay.webhooks()),
                values(underWay.webhooks()),
                keys(underWay.organizations()),
                values(underWay.organizations()),
                room.perWebhook(),
                room.perOrganization(),
                room.inAll(),
                lease.toMillis());
    }

    /// Puts down what is going to be sent, before it is.
    public static void keepPayload(Connection connection, long id, String payload) throws SQLException {
        Sql.update(connection, "update webhook_deliveries set payload = ? where id = ?", payload, id);
    }

    /// It is not time yet: the attempt does not count.
    public static void putOff(Connection connection, Delivery taken, Duration pause) throws SQLException {
        Sql.update(
                connection,
                """
                update webhook_deliveries set attempts = attempts - 1, next_at = now() + ? * interval '1 millisecond'
                 where id = ? and attempts = ? and state = 'pending'
                """,
                pause.toMillis(),
                taken.id(),
                taken.attempts());
    }

    /// It arrived. What was sent is not kept.
    public static void delivered(Connection connection, Delivery taken, int status) throws SQLException {
        Sql.update(
                connection,
                """
                update webhook_deliveries
                   set state = 'delivered', next_at = null, done_at = now(), last_status = ?, last_error = null, payload = null
                 where id = ? and state <> 'delivered'
                """,
                status,
                taken.id());
    }

    /// It did not arrive.
    ///
    /// @param status what the receiver answered; null where it did not
    /// @param pause until it is tried again; null where it is not
    public static void failed(
            Connection connection, Delivery taken, @Nullable Integer status, @Nullable String error, @Nullable Duration pause)
            throws SQLException {
        Sql.update(
                connection,
                """
                update webhook_deliveries
                   set state = case when p.ms is null then 'dead' else 'pending' end,
                       next_at = now() + p.ms * interval '1 millisecond',
                       done_at = case when p.ms is null then now() end,
                       last_status = ?::integer, last_error = ?::text
                  from (select ?::bigint as ms) p
                 where id = ? and attempts = ? and state = 'pending'
                """,
                status,
                error,
                pause == null ? null : pause.toMillis(),
                taken.id(),
                taken.attempts());
    }

    /// Whether everything of a run is likely to be here: nothing of its conversation happened within `quiet`, or there was none, and it is said how
    /// each of its transfers ended. Nothing where there is no such run any more.
    public static Optional<Boolean> isQuiet(Connection connection, long runId, Duration quiet) throws SQLException {
        return Sql.first(
                connection,
                """
                select (conversation_at is null
                        or not exists (select 1 from run_events e
                                        where e.run_id = r.id and e.at > now() - ? * interval '1 millisecond'))
                       and not exists (select 1 from transfers t where t.run_id = r.id and t.outcome is null)
                  from runs r where r.id = ?
                """,
                row -> row.getBoolean(1),
                quiet.toMillis(),
                runId);
    }

    /// How long what is over is kept, how long something may wait for a webhook that is told nothing any more, and how much may wait for
    /// one of the others.
    public record Kept(Duration delivered, Duration dead, Duration stranded, int pendingPerWebhook) {}

    /// Takes out, a few at a time, what has been kept for long enough, gives up what is stranded and what is too much, and takes out rows
    /// of deleted webhooks that nothing refers to. Each by an index of its own: most of what is there is of no interest to it.
    ///
    /// @return how many rows it took out or gave up as too many: `limit` or more where there may be more
    public static int clean(Connection connection, Kept kept, int limit) throws SQLException {
        int over = takeOut(connection, "delivered", kept.delivered(), limit) + takeOut(connection, "dead", kept.dead(), limit);
        int stranded = giveUpStranded(connection, kept.stranded(), limit);
        int tooMany = giveUpOldest(connection, kept.pendingPerWebhook(), limit);
        Sql.update(
                connection,
                """
                delete from webhooks w
                 where w.deleted_at < now() - ? * interval '1 millisecond'
                   and not exists (select 1 from webhook_deliveries d where d.webhook_id = w.id)
                """,
                kept.stranded().toMillis());
        return Math.max(Math.max(over, stranded), tooMany);
    }

    private static int giveUpStranded(Connection connection, Duration stranded, int limit) throws SQLException {
        return Sql.update(
                connection,
                """
                with silent as (
                    select p.id from webhooks w cross join lateral (
                        select d.id from webhook_deliveries d
                         where d.webhook_id = w.id and d.state = 'pending' and d.next_at < now() - ? * interval '1 millisecond'
                         limit ?) p
                     where not w.enabled or w.deleted_at is not null limit ?
                ), mine as (
                    select id from webhook_deliveries where id in (select id from silent) and state = 'pending'
                       for no key update skip locked
                )
                update webhook_deliveries d set state = 'dead', last_error = 'disabled', next_at = null, done_at = now()
                  from mine where d.id = mine.id
                """,
                stranded.toMillis(),
                limit,
                limit);
    }

    private static int takeOut(Connection connection, String state, Duration kept, int limit) throws SQLException {
        return Sql.update(
                connection,
                """
                delete from webhook_deliveries where id = any(array(
                    select id from webhook_deliveries
                     where state = '%s' and done_at < now() - ? * interval '1 millisecond'
                     order by done_at limit ? for update skip locked))
                """.formatted(state), // in the text, so that the state's own index serves whatever the plan is cached for
                kept.toMillis(),
                limit);
    }

    /// The newest wait on; of the others nothing is kept but that they were not sent. Somebody can have them sent again.
    private static int giveUpOldest(Connection connection, int pendingPerWebhook, int limit) throws SQLException {
        return Sql.update(
                connection,
                BUSY + """
                , beyond as (
                    select p.id from busy b cross join lateral (
                        select d.id from webhook_deliveries d where d.webhook_id = b.id and d.state = 'pending'
                         order by d.id desc offset ? limit ?) p
                ), mine as (
                    select id from webhook_deliveries where id in (select id from beyond limit ?) and state = 'pending'
                       for update skip locked
                )
                update webhook_deliveries d
                   set state = 'dead', last_error = 'too_many', next_at = null, done_at = now(), payload = null
                  from mine where d.id = mine.id
                """,
                pendingPerWebhook,
                limit,
                limit);
    }

    private static Long[] keys(Map<Long, Integer> counts) {
        return counts.keySet().toArray(Long[]::new);
    }

    private static Integer[] values(Map<Long, Integer> counts) {
        return counts.values().toArray(Integer[]::new);
    }

    private static Due read(ResultSet row) throws SQLException {
        return new Due(
                WebhookDeliveries.read(row),
                row.getLong("organization_id"),
                row.getString("url"),
                Webhooks.secrets(row),
                row.getString("payload"),
                Duration.ofMillis((long) (row.getDouble("age_s") * 1_000)));
    }
}
