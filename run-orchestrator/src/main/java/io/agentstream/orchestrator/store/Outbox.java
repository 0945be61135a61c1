package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.RunEvents.NewEvent;
import io.agentstream.orchestrator.store.RunEvents.Source;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The table of what is to follow decisions. A row is there from the decision's commit until what it orders is done, or given up by
/// [#bury]. All times in it are the database's: the orchestrators' clocks may differ.
public final class Outbox {

    /// Longer than a decision may be said by whoever made it, so that nobody else says it at the same time.
    private static final Duration SWEPT_AFTER = Duration.ofSeconds(6);

    private Outbox() {}

    /// What is to follow, of a run.
    public sealed interface Order {

        /// The events that are written along and have no source are to be said, and the commands that follow from them.
        record Say(boolean socketWaits) implements Order {}

        /// The provider is to end the session.
        ///
        /// @param after number of the call's record that the end was decided on
        record HangUp(long after, long accountId, String session) implements Order {}
    }

    /// What a decision left in the outbox.
    ///
    /// @param says rows of its own that are done with once it is said
    /// @param earlier rows of the same run that somebody may not have said yet
    /// @param atNs when it was written, by this process's clock of nanoseconds
    public record Written(List<Long> says, List<Long> earlier, long atNs) {
        public static final Written NOTHING = new Written(List.of(), List.of(), 0);

        /// Whether somebody else may have said it by now.
        public boolean isOlderThan(Duration age) {
            return !says.isEmpty() && System.nanoTime() - atNs > age.toNanos();
        }
    }

    /// Adds events to the run's story and orders to the outbox, in order and in one round trip: a call waits for it.
    public static Written write(Connection connection, long runId, List<NewEvent> events, List<Order> orders)
            throws SQLException {
        List<Long> says = new ArrayList<>();
        List<Long> earlier = new ArrayList<>();
        long atNs = System.nanoTime();
        Sql.query(
                connection,
                """
                with story as (
                    insert into run_events (run_id, at, type, payload, source_topic, source_partition, source_offset,
                                            source_number, source_epoch)
                    select ?, e.at, e.type, e.payload::jsonb, e.topic, e.place, e.spot, e.number, e.epoch
                      from unnest(?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::bigint[], ?::bigint[],
                                  ?::integer[])
                           with ordinality as e(at, type, payload, topic, place, spot, number, epoch, nth)
                     order by e.nth
                    on conflict do nothing
                    returning position, source_topic
                ), orders as (
                    insert into outbox (run_id, kind, positions, after, socket_waits, account_id, domain, session, due_at)
                    select ?, o.kind,
                           case o.kind when 'say'
                               then array(select position from story where source_topic is null order by position) end,
                           o.after, o.waits, o.account,
                           case o.kind when 'hang_up' then (select provider_domain from runs where id = ?) end, o.session,
                           case o.kind when 'say' then now() + ? * interval '1 millisecond' else now() end
                      from unnest(?::text[], ?::bigint[], ?::boolean[], ?::bigint[], ?::text[])
                           with ordinality as o(kind, after, waits, account, session, nth)
                     order by o.nth
                    returning id, kind
                )
                select id, true as own from orders where kind = 'say'
                union all
                select id, false from outbox where run_id = ? and kind = 'say' and dead_at is null
                 order by id
                """,
                row -> (row.getBoolean("own") ? says : earlier).add(row.getLong("id")),
                runId,
                texts(events, event -> event.at().toString()),
                texts(events, NewEvent::type),
                texts(events, event -> Jsonb.text(event.payload())),
                texts(events, event -> event.source() == null ? null : event.source().topic()),
                all(events, event -> event.source() == null ? null : event.source().partition(), Integer[]::new),
                all(events, event -> event.source() == null ? null : event.source().offset(), Long[]::new),
                all(events, NewEvent::number, Long[]::new),
                all(events, NewEvent::epoch, Integer[]::new),
                runId,
                runId,
                SWEPT_AFTER.toMillis(),
                texts(orders, order -> order instanceof Order.Say ? "say" : "hang_up"),
                all(orders, order -> order instanceof Order.HangUp hangUp ? hangUp.after() : null, Long[]::new),
                all(orders, order -> order instanceof Order.Say say ? say.socketWaits() : null, Boolean[]::new),
                all(orders, order -> order instanceof Order.HangUp hangUp ? hangUp.accountId() : null, Long[]::new),
                texts(orders, order -> order instanceof Order.HangUp hangUp ? hangUp.session() : null),
                runId);
        return new Written(List.copyOf(says), List.copyOf(earlier), atNs);
    }

    /// An event that was said before is to be said once more, at once.
    static void sayAgain(Connection connection, long runId, long position) throws SQLException {
        Sql.update(
                connection,
                "insert into outbox (run_id, kind, positions, socket_waits, due_at) values (?, 'say', array[?::bigint], false, now())",
                runId,
                position);
    }

    /// What is to be said of a run, in the order in which it was decided.
    ///
    /// @param positions of the events in the run's story
    public record Say(long id, List<Long> positions, boolean socketWaits) {}

    public static List<Say> unsaid(Connection connection, long runId) throws SQLException {
        return Sql.query(
                connection,
                "select id, positions, socket_waits from outbox where run_id = ? and kind = 'say' and dead_at is null order by id",
                row -> new Say(
                        row.getLong("id"), List.of((Long[]) row.getArray("positions").getArray()), row.getBoolean("socket_waits")),
                runId);
    }

    /// Calls of which something should have been said by now; it is put off for longer each time. Others that ask get others.
    public static List<UUID> takeUnsaid(Connection connection, int most) throws SQLException {
        return Sql.query(
                connection,
                """
                update outbox o
                   set tries = o.tries + 1,
                       due_at = now() + least(10 * power(2, o.tries), 600) * interval '1 second'
                  from runs r
                 where r.id = o.run_id
                   and o.id = any(array(select id from outbox
                                         where kind = 'say' and dead_at is null and due_at <= now()
                                         order by due_at limit ? for update skip locked))
                returning r.call_id, o.id
                """,
                row -> row.getObject("call_id", UUID.class),
                most).stream().distinct().toList();
    }

    /// Whose hang-ups they are: an account, and the domain that it had when the calls began.
    ///
    /// @param domain null where an older version has not written it down
    public record Of(long accountId, @Nullable String domain) {}

    /// How many hang-ups of an account are due.
    public record Due(Of of, int orders) {}

    /// Accounts with hang-ups that are due, those that wait for the longest first.
    public static List<Due> hangUpsDue(Connection connection, int most) throws SQLException {
        return Sql.query(
                connection,
                """
                select account_id, domain, count(*) as orders from outbox
                 where kind = 'hang_up' and dead_at is null and due_at <= now()
                 group by account_id, domain order by min(due_at) limit ?
                """,
                row -> new Due(new Of(row.getLong("account_id"), row.getString("domain")), row.getInt("orders")),
                most);
    }

    /// A hang-up that this process has taken upon itself for a while.
    ///
    /// @param tries this one included
    /// @param orderedAt when the end was decided, by the database's clock
    /// @param live whether the session has a run that talks: the provider opened another socket for it
    public record HangUp(
            long id, UUID callId, String runName, long after, String session, int tries, Instant orderedAt, boolean live) {}

    /// Takes hang-ups of an account that are due, the oldest first: nobody else gets them within `lease`.
    public static List<HangUp> takeHangUps(Connection connection, Of of, int most, Duration lease)
            throws SQLException {
        return Sql.query(
                connection,
                """
                update outbox o set tries = o.tries + 1, due_at = now() + ? * interval '1 millisecond'
                  from runs r
                 where r.id = o.run_id
                   and o.id = any(array(select id from outbox
                                         where kind = 'hang_up' and dead_at is null and account_id = ? and due_at <= now()
                                           and domain is not distinct from ?::text
                                         order by due_at, id limit ? for update skip locked))
                returning o.id, r.call_id, r.name, o.after, o.session, o.tries, o.created_at,
                          exists (select 1 from runs n
                                   where n.organization_id = r.organization_id and n.state = 'running' and n.id <> r.id
                                     and n.mode = r.mode and n.provider_domain = r.provider_domain
                                     and n.provider_session = o.session) as live
                """,
                Outbox::hangUp,
                lease.toMillis(),
                of.accountId(),
                of.domain(),
                most);
    }

    private static HangUp hangUp(ResultSet row) throws SQLException {
        return new HangUp(
                row.getLong("id"), row.getObject("call_id", UUID.class), row.getString("name"), row.getLong("after"),
                row.getString("session"), row.getInt("tries"), Sql.instant(row, "created_at"), row.getBoolean("live"));
    }

    public static void putOff(Connection connection, long id, Duration pause, String trouble) throws SQLException {
        Sql.update(
                connection,
                "update outbox set due_at = now() + ? * interval '1 millisecond', trouble = ? where id = ?",
                pause.toMillis(),
                trouble,
                id);
    }

    /// It was not tried: it is due as if nobody had taken it.
    public static void putBack(Connection connection, long id) throws SQLException {
        Sql.update(connection, "update outbox set due_at = now(), tries = tries - 1 where id = ? and tries > 0", id);
    }

    /// Done; says how many of them were still there.
    public static int delete(Connection connection, Collection<Long> ids) throws SQLException {
        return Sql.update(connection, "delete from outbox where id = any(?::bigint[])", (Object) ids.toArray(Long[]::new));
    }

    /// Gives rows up, each for its reason; they stay, for people to see. Says how many were not given up before.
    public static int bury(Connection connection, Map<Long, String> troubles) throws SQLException {
        return Sql.updateAll(
                connection,
                "update outbox set dead_at = now(), trouble = ? where id = ? and dead_at is null",
                List.copyOf(troubles.entrySet()),
                dead -> new Object[] {dead.getValue(), dead.getKey()});
    }

    /// Takes out rows that nobody has looked at for so long after they were given up, some of them at a time.
    public static int forgetDead(Connection connection, Duration kept, int most) throws SQLException {
        return Sql.update(
                connection,
                """
                delete from outbox where id = any(array(
                    select id from outbox where dead_at is not null and dead_at < now() - ? * interval '1 millisecond'
                     order by id limit ? for update skip locked))
                """,
                kept.toMillis(),
                most);
    }

    /// How much there is.
    ///
    /// @param waiting rows that are not given up
    /// @param overdueS for how many seconds the oldest of them should have been done
    public record Backlog(int waiting, int dead, int overdueS) {}

    public static Backlog backlog(Connection connection) throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) filter (where dead_at is null) as waiting, count(*) filter (where dead_at is not null) as dead,
                       coalesce(greatest(0, extract(epoch from now() - min(created_at) filter (where dead_at is null))), 0) as age
                  from outbox
                """,
                row -> new Backlog(row.getInt("waiting"), row.getInt("dead"), row.getInt("age")));
    }

    private static <T> Object texts(List<T> items, Function<T, @Nullable String> of) {
        return items.stream().map(of).toArray(String[]::new);
    }

    private static <T, A> Object all(List<T> items, Function<T, @Nullable A> of, IntFunction<A[]> array) {
        return items.stream().map(of).toArray(array);
    }
}
