package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/// The table of the words that were said in runs, and which runs it has to be brought up to date with. Whoever locks a run and a row of
/// these does it in that order.
public final class RunWords {

    /// How many tries a run is given.
    private static final int MAX_TRIES = 5;

    /// Of one utterance: more than anybody says in one go.
    private static final int MAX_CHARACTERS = 20_000;

    private static final int MAX_UTTERANCES = 20_000;

    /// How long what is said in a call that goes on may wait: its words are put together anew each time.
    private static final int WHILE_IT_GOES_ON_S = 60;

    private RunWords() {}

    /// Something was said in the run, in this transaction. Whoever is putting its words together at this moment is waited for, and they
    /// are put together again.
    public static void said(Connection connection, long runId, boolean isOver) throws SQLException {
        Sql.update(
                connection,
                """
                insert into run_words_due (run_id, due_at) values (?, now() + make_interval(secs => ?))
                on conflict (run_id) do update set due_at = least(run_words_due.due_at, excluded.due_at)
                """,
                runId,
                isOver ? 0 : WHILE_IT_GOES_ON_S);
    }

    /// The run is over: it need not wait any longer.
    public static void over(Connection connection, long runId) throws SQLException {
        Sql.update(connection, "update run_words_due set due_at = now() where run_id = ? and due_at > now()", runId);
    }

    /// One that is due; the newest first, so that nobody waits for what has waited since the version before.
    public static Optional<Long> due(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                "select run_id from run_words_due where due_at <= now() order by due_at desc limit 1",
                row -> row.getLong(1));
    }

    /// Puts the run's words together, unless somebody else has. In a transaction.
    public static void write(Connection connection, long runId) throws SQLException {
        Optional<Long> organization = Sql.first(
                connection,
                """
                select organization_id from runs where id = ? and emptied_at is null and words_gone_at is null
                   for key share
                """,
                row -> row.getLong(1),
                runId);
        if (Sql.update(connection, "delete from run_words_due where run_id = ?", runId) == 0) {
            return;
        }
        TranscriptVector words = organization.isEmpty() ? new TranscriptVector("") : read(connection, organization.get(), runId);
        if (words.isEmpty()) {
            Sql.update(connection, "delete from run_words where run_id = ?", runId);
            return;
        }
        Sql.update(
                connection,
                """
                insert into run_words (run_id, words) values (?, ?::tsvector)
                on conflict (run_id) do update set words = excluded.words
                """,
                runId,
                words.text());
    }

    private static TranscriptVector read(Connection connection, long organizationId, long runId) throws SQLException {
        TranscriptVector words = new TranscriptVector(TextQuery.prefix(organizationId));
        Sql.each(
                connection,
                """
                select e.n, u.lexeme, u.positions
                  from (select row_number() over (order by position)::integer as n,
                               to_tsvector('simple', left(payload ->> 'text', ?)) as v
                          from run_events
                         where run_id = ? and type in ('heard', 'said') and payload ->> 'text' <> ''
                         order by position limit ?) e, unnest(e.v) u
                 order by e.n
                """,
                row -> {
                    words.add(row.getInt("n"), row.getString("lexeme"), (Short[]) row.getArray("positions").getArray());
                    return true;
                },
                _ -> true,
                MAX_CHARACTERS,
                runId,
                MAX_UTTERANCES);
        return words;
    }

    /// It could not be done: later again, a few times. In a transaction of its own.
    ///
    /// @return whether it is given up
    public static boolean failed(Connection connection, long runId) throws SQLException {
        Sql.update(
                connection,
                "update run_words_due set tries = tries + 1, due_at = now() + make_interval(mins => 1 << tries) where run_id = ?",
                runId);
        return Sql.update(connection, "delete from run_words_due where run_id = ? and tries >= ?", runId, MAX_TRIES) > 0;
    }

    /// Nothing that was said in these runs is found any more. Whoever calls holds the runs' locks.
    static void forget(Connection connection, long[] runs) throws SQLException {
        Sql.update(connection, "delete from run_words_due where run_id = any(?)", (Object) runs);
        Sql.update(connection, "delete from run_words where run_id = any(?)", (Object) runs);
    }
}
