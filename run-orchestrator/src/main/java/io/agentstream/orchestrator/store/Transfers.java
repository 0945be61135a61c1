package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.orchestrator.store.WarmLegs.Told;
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
/// database's: the orchestrators' clocks may differ. What only those have in which the other side is asked first is in [WarmLegs].
public final class Transfers {

    private Transfers() {}

    /// What is wanted.
    ///
    /// @param key by which the agent asks
    /// @param ringMs how long it may ring there
    /// @param limitMs how long it is worth it
    /// @param told what the other side hears before it gets the caller; null: nothing
    public record Order(String key, long after, String to, int ringMs, int limitMs, @Nullable Told told) {

        /// Without to whom.
        @Override
        public String toString() {
            return "Order[" + key + "]";
        }
    }

    /// A transfer that this process has taken upon itself for a while.
    ///
    /// @param session the caller's
    /// @param tries how often somebody has taken it, now included
    /// @param running whether the run still talks
    /// @param lateMs for how long it has not been worth it any more; negative: it is
    /// @param warm null where the caller is simply put through
    /// @param outcome how it ended, where that is known and the other side is still to be looked after
    public record Due(
            long id, UUID callId, String runName, String key, long after, @Nullable Long accountId, @Nullable String session,
            @Nullable String target, int ringMs, int tries, boolean running, long lateMs, WarmLegs.@Nullable Leg warm,
            @Nullable Transfer outcome) {

        /// Without to whom.
        @Override
        public String toString() {
            return "Due[" + id + ", " + runName + ", " + key + "]";
        }
    }

    /// Orders one, unless it was ordered before. One that has ended is said once more: whoever asks has not heard it.
    public static void order(Connection connection, RunRow run, Order order) throws SQLException {
        int fresh = Sql.update(
                connection,
                """
                insert into transfers (run_id, key, after, account_id, session, target, ring_ms, until, warm, told)
                values (?, ?, ?, ?, ?, ?, ?, now() + ? * interval '1 millisecond', ?, ?)
                on conflict do nothing
                """,
                run.id(), order.key(), order.after(), run.telephonyConfigurationId(), run.providerSession(), order.to(), order.ringMs(),
                order.limitMs(), order.told() != null, order.told() == null ? null : Jsonb.parameter(order.told().json()));
        if (fresh == 0) {
            Optional<Long> ended = Sql.first(
                    connection,
                    "select position from transfers where run_id = ? and key = ? and position is not null",
                    row -> row.getLong("position"),
                    run.id(), order.key());
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
                   and t.id = any(array(select id from transfers where (outcome is null or leg_open) and due_at <= now()
                                         order by due_at limit ? for update skip locked))
                returning t.id, r.call_id, r.name, t.key, t.after, t.account_id, t.session, t.target, t.ring_ms, t.tries,
                          r.state = 'running' as running, extract(epoch from now() - t.until) * 1000 as late_ms,
                          t.warm, t.told, t.stage, t.asks, t.leg, t.heard, t.takes, t.outcome
                """,
                Transfers::due,
                lease.toMillis(),
                most);
    }

    private static Due due(ResultSet row) throws SQLException {
        String outcome = row.getString("outcome");
        return new Due(
                row.getLong("id"), row.getObject("call_id", UUID.class), row.getString("name"), row.getString("key"), row.getLong("after"),
                row.getObject("account_id", Long.class), row.getString("session"), row.getString("target"), row.getInt("ring_ms"),
                row.getInt("tries"), row.getBoolean("running"), row.getLong("late_ms"), row.getBoolean("warm") ? WarmLegs.leg(row) : null,
                outcome == null ? null : Transfer.valueOf(outcome.toUpperCase(Locale.ROOT)));
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

    /// How it ended; false where that was known already, or somebody has gone on with it.
    ///
    /// @param stage in which it was
    /// @param leg whether the other side's session is still to be looked after, where it is known
    public static boolean done(Connection connection, long id, Stage stage, Transfer outcome, boolean leg) throws SQLException {
        return Sql.update(
                        connection,
                        """
                        update transfers set outcome = ?, target = null, told = null, asks = 0, leg_open = ? and leg is not null,
                                             due_at = now() + case when ? then interval '2 seconds' else interval '0' end
                         where id = ? and outcome is null and stage = ?
                        """,
                        outcome.name().toLowerCase(Locale.ROOT), leg, outcome == Transfer.CONNECTED, id, stage.word())
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

    /// Whether the run's caller is with somebody else, or may be: the provider was asked for that, and has not answered yet.
    public static boolean tookPlace(Connection connection, long runId) throws SQLException {
        return Sql.only(
                connection,
                """
                select exists (select 1 from transfers
                                where run_id = ? and (outcome = 'connected'
                                                      or (outcome is null and case when warm then stage = 'joining' else tries > 0 end)))
                """,
                row -> row.getBoolean(1),
                runId);
    }
}
