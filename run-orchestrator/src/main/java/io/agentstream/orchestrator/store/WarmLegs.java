package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Json;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What [Transfers] have in which the other side is called and asked before it gets the caller. Each change holds only as long as nobody has gone on
/// with the transfer.
public final class WarmLegs {

    private WarmLegs() {}

    /// How far it is, as it is written before the request that it says.
    public enum Stage {
        NEW,
        /// The other side was called, or may have been.
        DIALLED,
        /// The caller was brought away, or may have been.
        JOINING;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What the other side hears.
    ///
    /// @param from as whose call it comes; null: as the provider likes
    public record Told(String summary, String question, String language, @Nullable String from) {

        ObjectNode json() {
            ObjectNode json = Json.MAPPER.createObjectNode();
            json.put("summary", summary).put("question", question).put("language", language);
            return from == null ? json : json.put("from", from);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "Told[" + summary.length() + " characters]";
        }
    }

    /// How it stands.
    ///
    /// @param told null once it is known how it ended
    /// @param asks requests of this stage
    /// @param session the other side's; null as long as nobody has said it
    /// @param heard whether the other side has answered the telephone
    /// @param takes whether it takes the call; null as long as it has not said so
    /// @param followed whether nobody has heard from the provider that the caller was brought away
    /// @param missed the session that the provider did not know when it was asked last; null: it knew it
    public record Leg(
            @Nullable Told told, Stage stage, int asks, @Nullable String session, boolean heard, @Nullable Boolean takes, boolean followed,
            @Nullable String missed) {}

    static Leg leg(ResultSet row) throws SQLException {
        String told = row.getString("told");
        return new Leg(
                told == null ? null : told(Json.MAPPER.readTree(told)), Stage.valueOf(row.getString("stage").toUpperCase(Locale.ROOT)),
                row.getInt("asks"), row.getString("leg"), row.getBoolean("heard"), row.getObject("takes", Boolean.class),
                row.getBoolean("followed"), row.getString("missed"));
    }

    private static Told told(JsonNode json) {
        return new Told(
                json.path("summary").asString(""), json.path("question").asString(""), json.path("language").asString(""),
                json.path("from").asString(null));
    }

    /// The other side is going to be called.
    ///
    /// @param ticket hash of what the provider shows then
    public static boolean dialling(Connection connection, long id, byte[] ticket) throws SQLException {
        return Sql.update(
                        connection,
                        "update transfers set stage = 'dialled', asks = asks + 1, ticket = ? where id = ? and stage = 'new' and outcome is null",
                        ticket, id)
                > 0;
    }

    /// The other side is being called.
    public static void rings(Connection connection, long id, String session, Duration pause) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers set leg = coalesce(leg, ?), asks = 0,
                                     due_at = case when takes is null then now() + ? * interval '1 millisecond' else due_at end
                 where id = ? and stage = 'dialled' and outcome is null
                """,
                session, pause.toMillis(), id);
        Sql.update( // one that is over meanwhile, because the caller has hung up, or the other side was quicker than the provider's answer
                connection,
                "update transfers set leg = ?, leg_open = true, due_at = now() where id = ? and leg is null and outcome is not null",
                session, id);
    }

    /// It was not called, and may be called again.
    public static void notDialled(Connection connection, long id, Duration pause) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers set stage = 'new', ticket = null, due_at = now() + ? * interval '1 millisecond'
                 where id = ? and stage = 'dialled' and outcome is null
                """,
                pause.toMillis(), id);
    }

    /// The caller is going to be brought away.
    public static boolean joining(Connection connection, long id) throws SQLException {
        return Sql.update(
                        connection,
                        "update transfers set stage = 'joining', asks = asks + 1, asked_at = now() where id = ? and stage in ('dialled', 'joining') and outcome is null",
                        id)
                > 0;
    }

    /// It is going to be asked whether the caller's session lasts, because nobody has heard that the caller was brought away.
    public static boolean following(Connection connection, long id) throws SQLException {
        return Sql.update(connection, "update transfers set followed = true where id = ? and stage = 'joining' and outcome is null", id) > 0;
    }

    /// The caller was not brought away.
    public static void notJoined(Connection connection, long id, Duration pause) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers set stage = 'dialled', asked_at = null, due_at = now() + ? * interval '1 millisecond'
                 where id = ? and stage = 'joining' and outcome is null
                """,
                pause.toMillis(), id);
    }

    /// It is looked at again after a pause, unless the other side says something before.
    ///
    /// @param asked whether a request was made that counts
    /// @param missed the session that the provider does not know; null: it knows it
    public static void wait(
            Connection connection, long id, Stage stage, boolean heard, boolean asked, @Nullable String missed, Duration pause) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers set heard = heard or ?, asks = asks + ?, missed = ?,
                                     due_at = case when stage = 'dialled' and takes is not null then now()
                                                   else now() + ? * interval '1 millisecond' end
                 where id = ? and stage = ? and outcome is null
                """,
                heard, asked ? 1 : 0, missed, pause.toMillis(), id, stage.word());
    }

    /// The other side's session is looked after again after a pause.
    ///
    /// @param missed the session that the provider does not know; null: it knows it
    public static void lookAgain(Connection connection, long id, @Nullable String missed, Duration pause) throws SQLException {
        Sql.update(
                connection,
                "update transfers set asks = asks + 1, missed = ?, due_at = now() + ? * interval '1 millisecond' where id = ? and leg_open",
                missed, pause.toMillis(), id);
    }

    /// As [#lookAgain], where nobody was asked.
    public static void noTurn(Connection connection, long id, Duration pause) throws SQLException {
        Sql.update(
                connection, "update transfers set due_at = now() + ? * interval '1 millisecond' where id = ? and leg_open", pause.toMillis(), id);
    }

    /// The other side's session needs nobody any more.
    public static void closed(Connection connection, long id) throws SQLException {
        Sql.update(connection, "update transfers set leg_open = false where id = ?", id);
    }

    /// The name of the room in which they meet: letters and digits, and no other transfer's.
    public static String room(UUID callId, long id) {
        return "t" + callId.toString().replace("-", "") + "n" + id;
    }

    /// Whether it belongs to a transfer.
    ///
    /// @param ticket a hash
    public static boolean isTicket(Connection connection, byte[] ticket) throws SQLException {
        return Sql.first(connection, "select 1 from transfers where ticket = ?", row -> true, ticket).isPresent();
    }

    /// The other side has pressed a key. What it presses first counts, and only while the caller waits.
    ///
    /// @param ticket hash of what came with it
    /// @param session the other side's, as the provider says
    /// @return the room where it waits for the caller; nothing where it does not take the call, or nobody waits
    public static Optional<String> pressed(Connection connection, byte[] ticket, boolean takes, @Nullable String session) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers t set takes = ?, heard = true, asks = 0, leg = coalesce(t.leg, ?), due_at = now()
                  from runs r
                 where t.ticket = ? and r.id = t.run_id and r.state = 'running'
                   and t.stage = 'dialled' and t.takes is null and t.outcome is null and t.until > now()
                """,
                takes, session, ticket);
        changed(connection, ticket, session); // also whoever is too late says which session is still to be hung up
        return Sql.first(
                connection,
                """
                select r.call_id, t.id from transfers t join runs r on r.id = t.run_id
                 where t.ticket = ? and ? and t.takes and (t.outcome is null or t.outcome = 'connected')
                """,
                row -> room(row.getObject("call_id", UUID.class), row.getLong("id")),
                ticket, takes);
    }

    /// The provider says that something has changed about the other side's session: it is looked at, and where it is known how the transfer ended,
    /// looked after; whenever it says so, and what that session is called.
    public static void changed(Connection connection, byte[] ticket, @Nullable String session) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers set leg_open = leg_open or (outcome is not null and leg is null),
                                     leg = coalesce(leg, ?),
                                     due_at = case when outcome is null and stage = 'dialled' then least(due_at, now() + interval '200 milliseconds')
                                                   when outcome is not null and leg is null then now() else due_at end
                 where ticket = ? and ?::text is not null
                """,
                session, ticket, session);
    }
}
