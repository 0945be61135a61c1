package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Sealing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The table of what happened in runs, in the order in which it became known.
public final class RunEvents {
    private RunEvents() {}

    public record RunEvent(long position, Instant at, String type, ObjectNode payload) {}

    /// The record that an event came from.
    public record Source(String topic, int partition, long offset) {}

    /// An event to be added. One whose source is known already, by its call and its number,
    /// is not added again; without a source, the caller's transaction
    /// must see to that.
    public record NewEvent(Instant at, String type, ObjectNode payload, @Nullable Source source) {

        /// The source's number in its call or its conversation, which it has in every log and at every delivery; null without a
        /// source.
        @Nullable Long number() {
            JsonNode number = payload.has("seq") ? payload.path("seq") : payload.path("number");
            return source != null && number.isIntegralNumber() ? (Long) number.longValue() : null;
        }

        /// Conversations go on with numbers that somebody else may have used: only with the writer's epoch they are unique.
        @Nullable Integer epoch() {
            return source == null ? null : (Integer) payload.path("epoch").intValue(0);
        }
    }

    /// Adds events of one run, in order; says how many were not known. Of a run that is emptied, or whose words are gone, they are kept
    /// without what is gone: whoever adds them holds the run's lock, or has [RunRows#share]d it.
    public static int append(Connection connection, long runId, List<NewEvent> events) throws SQLException {
        return Sql.updateAll(
                connection,
                """
                insert into run_events
                       (run_id, at, type, payload, source_topic, source_partition, source_offset, source_number, source_epoch)
                select r.id, ?::timestamptz, ?::text,
                       ?::jsonb - case when r.emptied_at is not null then ?::text[] when r.words_gone_at is not null then ?::text[]
                                       else '{}'::text[] end,
                       ?::text, ?::integer, ?::bigint, ?::bigint, ?::integer
                  from runs r where r.id = ?
                on conflict do nothing
                """,
                events,
                event -> {
                    Source source = event.source();
                    return new @Nullable Object[] {
                        event.at(),
                        event.type(),
                        event.payload(),
                        Sealing.personalFields(),
                        Sealing.wordFields(),
                        source == null ? null : source.topic(),
                        source == null ? null : source.partition(),
                        source == null ? null : source.offset(),
                        event.number(),
                        event.epoch(),
                        runId
                    };
                });
    }

    /// In order, those behind `after`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(Connection connection, long runId, long after, int limit, Predicate<RunEvent> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from run_events where run_id = ? and position > ? order by position limit ?",
                row -> new RunEvent(
                        row.getLong("position"),
                        Sql.instant(row, "at"),
                        row.getString("type"),
                        Jsonb.readObject(row, "payload")),
                taker,
                runId,
                after,
                limit);
    }
}
