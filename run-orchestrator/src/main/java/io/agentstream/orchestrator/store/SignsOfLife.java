package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is noted of a run while its call goes on: that its gateway and its worker are there.
public final class SignsOfLife {

    private SignsOfLife() {}

    /// A call's sign of life, and when its gateway gave it.
    public record Sign(UUID callId, Instant at) {}

    /// Notes what was read by `readAt` of the calls' open runs, and says of how many. One that is being decided on at this moment
    /// is passed over: to wait for it would keep all the others locked.
    public static int touch(Connection connection, List<Sign> signs, Instant readAt) throws SQLException {
        String[] calls = signs.stream().map(sign -> sign.callId().toString()).toArray(String[]::new);
        return Sql.update(
                connection,
                """
                update runs r
                   set last_seen_at = greatest(r.last_seen_at, s.read_at), alive_at = greatest(r.alive_at, sign.at),
                       alive_read_at = greatest(r.alive_read_at, s.read_at)
                  from unnest(?::uuid[], ?::timestamptz[]) as sign(call_id, at), (select ?::timestamptz) as s(read_at)
                 where r.call_id = sign.call_id
                   and r.id = any(array(select id from runs
                                         where call_id = any(?::uuid[]) and state in ('initialized', 'running')
                                           for no key update skip locked))
                """,
                calls,
                signs.stream().map(sign -> sign.at().toString()).toArray(String[]::new),
                readAt,
                calls);
    }

    /// Notes that calls of running runs were heard of now, whether or not their callers are there: nobody takes them for lost. One that is being decided on
    /// at this moment is passed over.
    ///
    /// @return how many there are
    public static int heard(Connection connection, Collection<UUID> calls) throws SQLException {
        return Sql.update(
                connection,
                """
                update runs set last_seen_at = greatest(last_seen_at, now())
                 where id = any(array(select id from runs where call_id = any(?) and state in ('initialized', 'running')
                                         for no key update skip locked))
                """,
                (Object) calls.toArray(UUID[]::new));
    }

    /// Notes that a run has a conversation, or had one, and in which epoch.
    ///
    /// @param epoch of the worker that holds it; what is noted never becomes smaller
    public static void attend(Connection connection, long id, Instant at, @Nullable Integer epoch) throws SQLException {
        Sql.update(
                connection,
                """
                update runs set conversation_at = coalesce(conversation_at, ?),
                                conversation_epoch = greatest(conversation_epoch, ?::integer)
                 where id = ?
                """,
                at,
                epoch,
                id);
    }
}
