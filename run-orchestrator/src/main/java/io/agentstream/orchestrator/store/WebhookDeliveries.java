package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What webhooks are told, or were: queued in the transaction of the decision. What the sender does with it is in [DueDeliveries].
public final class WebhookDeliveries {

    public static final List<String> STATES = List.of("pending", "delivered", "dead");

    private WebhookDeliveries() {}

    /// Without the payload.
    ///
    /// @param nextAt when it is tried next; null once that is over
    public record Delivery(
            long id,
            long webhookId,
            long runId,
            String event,
            UUID messageId,
            String state,
            int attempts,
            @Nullable Instant nextAt,
            @Nullable Instant lastAttemptAt,
            @Nullable Integer lastStatus,
            @Nullable String lastError,
            Instant createdAt,
            @Nullable Instant doneAt) {

        /// What the receiver knows the message by, the same for every attempt.
        public String messageName() {
            return "msg_" + messageId.toString().replace("-", "");
        }
    }

    /// Queues an event of a run for those webhooks of its organisation that want to hear of it, in the transaction that decides it; it
    /// is queued once, however often it is decided.
    ///
    /// @return how many are to be told
    public static int queue(Connection connection, long organizationId, long runId, String event) throws SQLException {
        return Sql.update(
                connection,
                """
                insert into webhook_deliveries (webhook_id, run_id, event, next_at)
                select id, ?, ?, now() from webhooks
                 where organization_id = ? and deleted_at is null and enabled and ? = any(events)
                on conflict do nothing
                """,
                runId,
                event,
                organizationId,
                event);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    ///
    /// @param state one of [#STATES]; null for all of them
    public static void list(
            Connection connection, long webhookId, @Nullable String state, long before, int limit, Predicate<Delivery> taker)
            throws SQLException {
        if (state == null) {
            Sql.each(
                    connection,
                    "select * from webhook_deliveries where webhook_id = ? and id < ? order by id desc limit ?",
                    WebhookDeliveries::read,
                    taker,
                    webhookId,
                    before,
                    limit);
            return;
        }
        Sql.each(
                connection,
                "select * from webhook_deliveries where webhook_id = ? and state = ? and id < ? order by id desc limit ?",
                WebhookDeliveries::read,
                taker,
                webhookId,
                state,
                before,
                limit);
    }

    /// The delivery, locked until the transaction ends; nothing where it is none of this organisation's.
    public static Optional<Delivery> lock(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection,
                """
                select d.* from webhook_deliveries d join webhooks w on w.id = d.webhook_id
                 where w.organization_id = ? and w.deleted_at is null and d.id = ?
                   for no key update of d
                """,
                WebhookDeliveries::read,
                organizationId,
                id);
    }

    /// Has it sent from the beginning, once more.
    public static Delivery again(Connection connection, long id) throws SQLException {
        return Sql.only(
                connection,
                """
                update webhook_deliveries set state = 'pending', attempts = 0, next_at = now(), done_at = null where id = ?
                returning *
                """,
                WebhookDeliveries::read,
                id);
    }

    /// What waits for a webhook that is told nothing any more is not tried again.
    public static void giveUp(Connection connection, long webhookId, String why) throws SQLException {
        Sql.update(
                connection,
                """
                update webhook_deliveries set state = 'dead', last_error = ?, next_at = null, done_at = now()
                 where webhook_id = ? and state = 'pending'
                """,
                why,
                webhookId);
    }

    /// Takes out what was queued about runs, with what its messages hold. For whoever erases the runs, in that transaction; what is on
    /// its way at this moment arrives.
    public static int forgetRuns(Connection connection, long[] runs) throws SQLException {
        return Sql.update(connection, "delete from webhook_deliveries where run_id = any(?)", (Object) runs);
    }

    static Delivery read(ResultSet row) throws SQLException {
        return new Delivery(
                row.getLong("id"),
                row.getLong("webhook_id"),
                row.getLong("run_id"),
                row.getString("event"),
                row.getObject("message_id", UUID.class),
                row.getString("state"),
                row.getInt("attempts"),
                Sql.instantOrNull(row, "next_at"),
                Sql.instantOrNull(row, "last_attempt_at"),
                Sql.intOrNull(row, "last_status"),
                row.getString("last_error"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "done_at"));
    }
}
