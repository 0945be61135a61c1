package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.Transfer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table of callers who are to be given to somebody else. A row stays as long as its run: each key is done once. All times in it are the
/// database's: the orchestrators' clocks may differ.
public final class Transfers {

    private Transfers() {}

    /// A transfer that this process has taken upon itself for a while.
    ///
    /// @param tries this one included
    /// @param running whether the run still talks
    public record Due(
            long id, UUID callId, String runName, String key, long after, @Nullable Long accountId, @Nullable String session,
            @Nullable String target, int ringMs, int tries, boolean running) {

        /// Without to whom.
        @Override
        public String toString() {
            return "Due[" + id + ", " + runName + ", " + key + "]";
        }
    }

    /// Orders one, unless it was ordered before. One that has ended is said once more: whoever asks has not heard it.
    public static void order(Connection connection, RunRow run, String key, long after, String to, int ringMs) throws SQLException {
        int fresh = Sql.update(
                connection,
                """
                insert into transfers (run_id, key, after, account_id, session, target, ring_ms) values (?, ?, ?, ?, ?, ?, ?)
                on conflict do nothing
                """,
                run.id(), key, after, run.telephonyConfigurationId(), run.providerSession(), to, ringMs);
        if (fresh == 0) {
            Optional<Long> ended = Sql.first(
                    connection,
                    "select position from transfers where run_id = ? and key = ? and position is not null",
                    row -> row.getLong("position"),
                    run.id(), key);
            if (ended.isPresent()) {
                Outbox.sayAgain(connection, run.id(), ended.get());
            }
        }
    }

    /// Takes those that are due, the oldest first: nobody else gets them within `lease`.
    public static List<Due> take(Connection connection, int most, Duration lease) throws SQLException {
        return Sql.query(
                connection,
                """
                update transfers t set tries = t.tries + 1, due_at = now() + ? * interval '1 millisecond'
                  from runs r
                 where r.id = t.run_id
                   and t.id = any(array(select id from transfers where outcome is null and due_at <= now()
                                         order by due_at limit ? for update skip locked))
                returning t.id, r.call_id, r.name, t.key, t.after, t.account_id, t.session, t.target, t.ring_ms, t.tries,
                          r.state = 'running' as running
                """,
                Transfers::due,
                lease.toMillis(),
                most);
    }

    private static Due due(ResultSet row) throws SQLException {
        return new Due(
                row.getLong("id"), row.getObject("call_id", UUID.class), row.getString("name"), row.getString("key"), row.getLong("after"),
                row.getObject("account_id", Long.class), row.getString("session"), row.getString("target"), row.getInt("ring_ms"),
                row.getInt("tries"), row.getBoolean("running"));
    }

    /// It is due again after a pause.
    ///
    /// @param untried whether nobody was asked: then the try does not count
    public static void putOff(Connection connection, long id, Duration pause, boolean untried) throws SQLException {
        Sql.update(
                connection,
                "update transfers set due_at = now() + ? * interval '1 millisecond', tries = tries - ? where id = ? and outcome is null",
                pause.toMillis(), untried ? 1 : 0, id);
    }

    /// How it ended; false where that was known already.
    public static boolean done(Connection connection, long id, Transfer outcome) throws SQLException {
        return Sql.update(
                        connection,
                        "update transfers set outcome = ?, target = null where id = ? and outcome is null",
                        outcome.name().toLowerCase(Locale.ROOT), id)
                > 0;
    }

    /// Where the event stands that says how it ended: the newest of its run.
    public static void said(Connection connection, long id) throws SQLException {
        Sql.update(
                connection,
                """
                update transfers t set position = (select max(e.position) from run_events e
                                                    where e.run_id = t.run_id and e.type = 'transferred')
                 where t.id = ?
                """,
                id);
    }

    /// Whether the run's caller is with somebody else, or may be: the provider was asked, and has not answered yet.
    public static boolean tookPlace(Connection connection, long runId) throws SQLException {
        return Sql.only(
                connection,
                "select exists (select 1 from transfers where run_id = ? and (outcome = 'connected' or (outcome is null and tries > 0)))",
                row -> row.getBoolean(1),
                runId);
    }
}
