package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.orchestrator.store.WarmLegs.Told;
import io.agentstream.schemas.Transfer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table of callers who are to be given to somebody else. A row stays as long as its run: each key is done once. All times in it are the
/// database's: the orchestrators' clocks may differ. What only those have in which the other side is asked first is in [WarmLegs].
public final class Transfers {

    /// How long after it was noted that the provider is going to be asked a sign of life of the call says that its caller was not brought away: no
    /// request goes out later, and the gateways' clocks are a little off. One from the future counts as of when it was read: a gateway whose clock
    /// is far ahead must not cut off a caller who is with somebody else.
    public static final Duration EFFECT = Duration.ofSeconds(10);

    private Transfers() {}

    /// What is wanted.
    ///
    /// @param key by which the agent asks
    /// @param at when the agent asked for it
    /// @param ringMs how long it may ring there
    /// @param limitMs how long it is worth it from then on
    /// @param told what the other side hears before it gets the caller; null: nothing
    public record Order(String key, long after, Instant at, String to, int ringMs, int limitMs, @Nullable Told told) {

        /// Without to whom.
        @Override
        public String toString() {
            return "Order[" + key + "]";
        }
    }

    /// A transfer that this process has taken upon itself for a while.
    ///
    /// @param domain that the account had when the call began
    /// @param session the caller's
    /// @param tries how often somebody has taken it, now included
    /// @param running whether the run still talks, as far as is known
    /// @param asked whether the provider may have brought the caller away
    /// @param withUs whether the caller was heard of with us after that had to be done
    /// @param away whether it may be away, as far as is known from how the call ended
    /// @param lateMs for how long it has not been worth it any more; negative: it is
    /// @param warm null where the caller is simply put through
    /// @param outcome how it ended, where that is known and the other side is still to be looked after
    public record Due(
            long id, UUID callId, String runName, String key, long after, @Nullable Long accountId, @Nullable String domain,
            @Nullable String session, @Nullable String target, int ringMs, int tries, boolean running, boolean asked, boolean withUs, boolean away, long lateMs, WarmLegs.@Nullable Leg warm,
            @Nullable Transfer outcome) {

        /// Without to whom.
        @Override
        public String toString() {
            return "Due[" + id + ", " + runName + ", " + key + "]";
        }
    }

    /// Orders one, unless it was ordered before. One that has ended is said once more: whoever asks has not heard it. Whoever asks for another one
    /// does not wait for those before: their time is over.
    public static void order(Connection connection, RunRow run, Order order) throws SQLException {
        int fresh = Sql.update(
                connection,
                """
                insert into transfers (run_id, key, after, account_id, session, target, ring_ms, until, warm, told)
                values (?, ?, ?, ?, ?, ?, ?, least(now(), ?::timestamptz) + ? * interval '1 millisecond', ?, ?)
                on conflict do nothing
                """,
                run.id(), order.key(), order.after(), run.telephonyConfigurationId(), run.providerSession(), order.to(), order.ringMs(),
                order.at(), order.limitMs(), order.told() != null, order.told() == null ? null : Jsonb.parameter(order.told().json()));
        if (fresh == 0) {
            Optional<Long> ended = Sql.first(
                    connection,
                    "select position from transfers where run_id = ? and key = ? and position is not null",
                    row -> row.getLong("position"),
                    run.id(), order.key());
            if (ended.isPresent()) {
                Outbox.sayAgain(connection, run.id(), ended.get());
            }
        } else {
            Sql.update(
                    connection,
                    """
                    update transfers set until = least(until, now() - interval '1 minute'), due_at = least(due_at, now())
                     where run_id = ? and key <> ? and outcome is null
                    """,
                    run.id(), order.key());
        }
    }

    /// Partitions of calls of which everything is read: only of their calls it is known that they have not ended.
    public record Heard(String topic, List<Integer> partitions) {}

    /// Takes those that are due, the oldest first: nobody else gets them within `lease`. Where something depends on whether the call still lasts,
    /// only those whose call is heard. Those of one run come one after the other, but for those whose time was over while they waited for another:
    /// nobody was asked for them.
    public static List<Due> take(Connection connection, int most, Duration lease, Heard heard) throws SQLException {
        return Sql.query(
                connection,
                """
                update transfers t set tries = t.tries + 1, due_at = now() + ? * interval '1 millisecond'
                  from runs r
                 where r.id = t.run_id
                   and t.id = any(array(
                        select d.id from transfers d join runs c on c.id = d.run_id
                         where (d.outcome is null or d.leg_open) and d.due_at <= now()
                           and (d.outcome is not null or c.state <> 'running'
                                or exists (select 1 from run_events e
                                            where e.run_id = c.id and e.source_topic = ? and e.source_partition = any(?::integer[])))
                           and (d.outcome is not null
                                or (d.until < now() and d.asked_at is null and d.stage = 'new')
                                or not exists (select 1 from transfers o where o.run_id = d.run_id and o.id < d.id and o.outcome is null))
                         order by d.due_at limit ? for update of d skip locked))
                returning t.id, r.call_id, r.name, t.key, t.after, t.account_id, r.provider_domain, t.session, t.target, t.ring_ms, t.tries,
                          r.state = 'running' as running, t.asked_at is not null as asked,
                          coalesce(least(r.alive_at, r.alive_read_at) > t.asked_at + ? * interval '1 millisecond', false) as with_us,
                          t.asked_at is not null and coalesce(r.end_by, 'none') not in
                              ('caller_hangup', 'agent_hangup', 'max_duration', 'idle', 'drained', 'credits') as away, extract(epoch from now() - t.until) * 1000 as late_ms,
                          t.warm, t.told, t.stage, t.asks, t.leg, t.heard, t.takes, t.followed, t.missed, t.outcome
                """,
                Transfers::due,
                lease.toMillis(), heard.topic(), heard.partitions().toArray(Integer[]::new), most, EFFECT.toMillis());
    }

    private static Due due(ResultSet row) throws SQLException {
        String outcome = row.getString("outcome");
        return new Due(
                row.getLong("id"), row.getObject("call_id", UUID.class), row.getString("name"), row.getString("key"), row.getLong("after"),
                row.getObject("account_id", Long.class), row.getString("provider_domain"), row.getString("session"), row.getString("target"), row.getInt("ring_ms"),
                row.getInt("tries"), row.getBoolean("running"), row.getBoolean("asked"), row.getBoolean("with_us"), row.getBoolean("away"), row.getLong("late_ms"), row.getBoolean("warm") ? WarmLegs.leg(row) : null,
                outcome == null ? null : Transfer.valueOf(outcome.toUpperCase(Locale.ROOT)));
    }

    /// The provider is going to be asked to bring the caller away.
    ///
    /// @return false where somebody has gone on with it
    public static boolean asking(Connection connection, long id) throws SQLException {
        return Sql.update(connection, "update transfers set asked_at = now() where id = ? and outcome is null and asked_at is null", id) > 0;
    }

    /// The provider says that it has not brought the caller away: it may be asked again after a pause.
    public static void notDone(Connection connection, long id, Duration pause) throws SQLException {
        Sql.update(
                connection,
                "update transfers set asked_at = null, due_at = now() + ? * interval '1 millisecond' where id = ? and outcome is null",
                pause.toMillis(), id);
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

    /// Whether a run's caller is with somebody else.
    public enum Whereabouts {
        WITH_US,
        AWAY,
        /// The provider was asked to bring the caller away, or was going to be, and nothing that was heard since says whether it did.
        UNKNOWN
    }

    /// Where the run's caller is.
    ///
    /// @param withUsAt when the socket was certainly still with us, besides what signs of life say; null: nobody says
    public static Whereabouts whereabouts(Connection connection, long runId, @Nullable Instant withUsAt) throws SQLException {
        return Sql.only(
                connection,
                """
                select coalesce(bool_or(t.outcome = 'connected'), false) as away,
                       coalesce(bool_or(t.outcome is null and t.asked_at is not null
                                        and not coalesce(greatest(least(r.alive_at, r.alive_read_at), s.with_us_at)
                                                         > t.asked_at + ? * interval '1 millisecond', false)),
                                false) as unknown
                  from transfers t join runs r on r.id = t.run_id,
                       (select case when w.at > now() then now() else w.at end as with_us_at from (select ?::timestamptz as at) w) s
                 where t.run_id = ?
                """,
                row -> row.getBoolean("away")
                        ? Whereabouts.AWAY
                        : row.getBoolean("unknown") ? Whereabouts.UNKNOWN : Whereabouts.WITH_US,
                EFFECT.toMillis(), withUsAt, runId);
    }

    /// A transfer of a running call of which nobody knows whether it was done.
    ///
    /// @param session the caller's
    /// @param domain in which the call began
    public record Doubt(long id, @Nullable Long accountId, @Nullable String domain, @Nullable String session) {

        /// Without the session.
        @Override
        public String toString() {
            return "Doubt[" + id + "]";
        }
    }

    /// Of each of the calls the one that is in doubt, where there is one: those of one call are made one after the other.
    public static Map<UUID, Doubt> inDoubt(Connection connection, Collection<UUID> calls) throws SQLException {
        Map<UUID, Doubt> doubts = new HashMap<>();
        Sql.query(
                connection,
                """
                select distinct on (r.call_id) r.call_id, t.id, t.account_id, r.provider_domain, t.session
                  from transfers t join runs r on r.id = t.run_id
                 where r.call_id = any(?) and r.state = 'running' and t.outcome is null and t.asked_at is not null
                   and not coalesce(least(r.alive_at, r.alive_read_at) > t.asked_at + ? * interval '1 millisecond', false)
                 order by r.call_id, t.id
                """,
                row -> doubts.put(row.getObject("call_id", UUID.class), new Doubt(
                        row.getLong("id"), row.getObject("account_id", Long.class), row.getString("provider_domain"), row.getString("session"))),
                calls.toArray(UUID[]::new), EFFECT.toMillis());
        return doubts;
    }
}
