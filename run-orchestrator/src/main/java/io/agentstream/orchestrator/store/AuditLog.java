package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The table of changes: who changed what, when, from where. An entry is written in the transaction of its change, so there is none
/// of what was rolled back and none is missing of what was committed. It holds no secret; whoever writes one leaves them out.
public final class AuditLog {

    /// What was looked at, and nothing changed by it. The index of V28 has the same.
    public static final Set<String> LOOKS = Set.of(
            "run.events_read", "run.timeline_read", "run.timeline_followed", "run.transcript_read", "run.listened", "transcripts.searched",
            "events.followed");

    private AuditLog() {}

    /// Forgets who looked at what, some entries at a time. Who changed what is never forgotten.
    ///
    /// @return how many there were
    public static int forgetLooks(Connection connection, Duration kept, int most) throws SQLException {
        String looks = LOOKS.stream().sorted().collect(Collectors.joining("', '", "('", "')")); // in the statement, or the index is none for it
        return Sql.update(
                connection,
                "delete from audit_log where id = any(array(select id from audit_log where action in " + looks
                        + " and at < now() - ? * interval '1 millisecond' order by at limit ? for update skip locked))",
                kept.toMillis(),
                most);
    }

    /// A change, as it is written.
    ///
    /// @param organizationId null: of the whole installation
    /// @param action what was done, such as `agent.published`
    /// @param kind what it was done to, such as `agent`
    /// @param id which one; for an agent its number, as its UUID is a secret
    /// @param before what is different now; null where there was nothing
    /// @param after what it is now; null where there is nothing any more
    public record Change(
            @Nullable Long organizationId,
            String action,
            String kind,
            String id,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after) {

        public static Change of(
                long organizationId,
                String action,
                String kind,
                long id,
                @Nullable ObjectNode before,
                @Nullable ObjectNode after) {
            return new Change(organizationId, action, kind, Long.toString(id), before, after);
        }

        /// Only what differs of two views of the same thing, which may be nothing.
        public static Change between(
                long organizationId, String action, String kind, long id, ObjectNode before, ObjectNode after) {
            ObjectNode old = before.deepCopy();
            ObjectNode now = after.deepCopy();
            for (String field : Set.copyOf(before.propertyNames())) {
                if (before.path(field).equals(after.path(field))) {
                    old.remove(field);
                    now.remove(field);
                }
            }
            return of(organizationId, action, kind, id, old, now);
        }

        /// Whether nothing is different after it.
        boolean isNone() {
            return before != null && before.isEmpty() && after != null && after.isEmpty();
        }
    }

    /// An entry, as it is read. `actor`: `key`, `operator`, `command` or `system`.
    public record Entry(
            long id,
            Instant at,
            String actor,
            @Nullable Long userId,
            @Nullable Long keyId,
            @Nullable String address,
            String action,
            String kind,
            String thingId,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after) {}

    private record Columns(String actor, @Nullable Long userId, @Nullable Long keyId, @Nullable String address) {

        static Columns of(Who who) {
            return switch (who) {
                case Who.Key(long userId, long keyId, String address) -> new Columns("key", userId, keyId, address);
                case Who.Operator(String address) -> new Columns("operator", null, null, address);
                case Who.Command() -> new Columns("command", null, null, null);
                case Who.Service() -> new Columns("system", null, null, null);
            };
        }
    }

    /// In the transaction of the change. Of what changes nothing there is no entry.
    public static void write(Connection connection, Who who, Change change) throws SQLException {
        if (change.isNone()) {
            return;
        }
        Columns by = Columns.of(who);
        Sql.update(
                connection,
                """
                insert into audit_log (organization_id, actor, user_id, api_key_id, address, action, thing_kind, thing_id,
                                       old_values, new_values)
                values (?::bigint, ?, ?::bigint, ?::bigint, ?::text, ?, ?, ?, ?::jsonb, ?::jsonb)
                """,
                change.organizationId(),
                by.actor(),
                by.userId(),
                by.keyId(),
                by.address(),
                change.action(),
                change.kind(),
                change.id(),
                change.before(),
                change.after());
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<Entry> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from audit_log where organization_id = ? and id < ? order by id desc limit ?",
                AuditLog::read,
                taker,
                organizationId,
                before,
                limit);
    }

    private static Entry read(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong("id"),
                Sql.instant(row, "at"),
                row.getString("actor"),
                Sql.longOrNull(row, "user_id"),
                Sql.longOrNull(row, "api_key_id"),
                row.getString("address"),
                row.getString("action"),
                row.getString("thing_kind"),
                row.getString("thing_id"),
                object(row, "old_values"),
                object(row, "new_values"));
    }

    private static @Nullable ObjectNode object(ResultSet row, String column) throws SQLException {
        return row.getString(column) == null ? null : Jsonb.readObject(row, column);
    }
}
