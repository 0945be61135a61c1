package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Sealing;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/// Takes out what the database knows of runs that are over: for an erasure, or because an organisation keeps it no longer. Whoever calls
/// holds the runs' locks ([#lock]). What is done twice changes nothing the second time.
public final class EmptiedRuns {

    /// Events that are looked through in one transaction: long calls have ten thousand, and a statement has its time.
    public static final int MOST_EVENTS = 20_000;

    /// How many events had something taken out, and of how many runs keys were destroyed.
    ///
    /// @param emptied calls of the runs that had not been emptied before
    public record Counts(int events, int keys, List<UUID> emptied) {}

    /// How many runs were gone through.
    ///
    /// @param emptied calls of those that had not been emptied before
    public record Progress(int runs, List<UUID> emptied) {
        static final Progress NONE = new Progress(0, List.of());
    }

    private EmptiedRuns() {}

    /// The first of these runs that can be gone through in one transaction, at least one.
    public static long[] portion(Connection connection, List<Long> runs, int mostEvents) throws SQLException {
        int events = 0;
        int taken = 0;
        while (taken < runs.size() && events < mostEvents) {
            events += Sql.only(
                    connection,
                    "select count(*) from (select 1 from run_events where run_id = ? limit ?) e",
                    row -> row.getInt(1),
                    runs.get(taken),
                    mostEvents + 1);
            taken += events <= mostEvents || taken == 0 ? 1 : 0;
        }
        return runs.subList(0, taken).stream().mapToLong(Long::longValue).toArray();
    }

    /// Locks runs that are over: whoever adds what came late waits, and sees then that it is to be added without.
    public static void lock(Connection connection, long[] runs) throws SQLException {
        Sql.query(
                connection, "select id from runs where id = any(?) order by id for update", row -> row.getLong(1), (Object) runs);
    }

    /// All that is personal, and everything that opens what was sealed of it. What remains is that there was a call: when, how long,
    /// what it cost, how it ended.
    public static Counts empty(Connection connection, long[] runs) throws SQLException {
        List<UUID> emptied = Sql.query(
                connection,
                """
                update runs
                   set initial_context = jsonb_strip_nulls(jsonb_build_object(
                           'provider', initial_context -> 'provider', 'direction', initial_context -> 'direction')),
                       gathered_context = '{}', logs = '{}', provider_session = null, emptied_at = now()
                 where id = any(?) and emptied_at is null
                returning call_id
                """,
                row -> row.getObject("call_id", UUID.class),
                (Object) runs);
        forgetMessages(connection, runs);
        RunWords.forget(connection, runs);
        RunPlaces.forget(connection, runs);
        forgetTransfers(connection, runs);
        int events = strip(connection, runs, Sealing.personalFields());
        int keys = Sql.update(
                connection,
                "update run_keys set media = null, words = null where run_id = any(?) and num_nonnulls(media, words) > 0",
                (Object) runs);
        return new Counts(events, keys, emptied);
    }

    /// What was said, and everything that opens what was sealed of it.
    public static Counts forgetWords(Connection connection, long[] runs) throws SQLException {
        Sql.update(
                connection, "update runs set words_gone_at = now() where id = any(?) and words_gone_at is null", (Object) runs);
        forgetMessages(connection, runs);
        RunWords.forget(connection, runs);
        Sql.update(connection, "update transfers set told = null where run_id = any(?) and told is not null", (Object) runs);
        int events = strip(connection, runs, Sealing.wordFields());
        int keys = Sql.update(
                connection, "update run_keys set words = null where run_id = any(?) and words is not null", (Object) runs);
        return new Counts(events, keys, List.of());
    }

    /// The keys of what was heard, both ways.
    public static Counts forgetMedia(Connection connection, long[] runs) throws SQLException {
        return new Counts(
                0,
                Sql.update(
                        connection, "update run_keys set media = null where run_id = any(?) and media is not null", (Object) runs),
                List.of());
    }

    /// To whom its caller was given, by which names their provider has both, and what was told of the talk. Nobody goes on with one that is
    /// under way still: whoever may be has been waited for.
    private static void forgetTransfers(Connection connection, long[] runs) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers
                   set session = null, target = null, told = null, leg = null, missed = null, ticket = null,
                       outcome = coalesce(outcome, 'failed'), leg_open = false
                 where run_id = any(?) and num_nonnulls(session, target, told, leg, missed, ticket) > 0
                """,
                (Object) runs);
    }

    private static void forgetMessages(Connection connection, long[] runs) throws SQLException {
        WebhookDeliveries.forgetRuns(connection, runs);
    }

    private static int strip(Connection connection, long[] runs, String[] fields) throws SQLException {
        return Sql.update(
                connection,
                "update run_events set payload = payload - ?::text[] where run_id = any(?) and payload ??| ?::text[]",
                fields,
                runs,
                fields);
    }
}
