package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The running runs of an organisation: how many there may be, how many there are, and those of one session.
public final class RunningRuns {

    private RunningRuns() {}

    /// The organisation's limit of concurrent calls; its row is locked until the transaction ends, so that whoever counts
    /// its running runs counts alone.
    public static int lockLimit(Connection connection, long organizationId) throws SQLException {
        return Sql.only(
                connection,
                "select max_concurrent_calls from organizations where id = ? for no key update",
                row -> row.getInt(1),
                organizationId);
    }

    /// A provider's session: of one it has at most one running run.
    public record Session(String provider, String domain, String session) {}

    /// How many of an organisation's runs are running.
    ///
    /// @param ofSession those of the session among them
    public record Running(int all, int ofSession) {}

    public static Running countRunning(Connection connection, long organizationId, Optional<Session> session)
            throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) as everyone,
                       count(*) filter (where mode = ? and provider_domain = ? and provider_session = ?) as of_session
                  from runs where organization_id = ? and state = 'running'
                """,
                row -> new Running(row.getInt("everyone"), row.getInt("of_session")),
                session.map(Session::provider).orElse(""),
                session.map(Session::domain).orElse(""),
                session.map(Session::session).orElse(""),
                organizationId);
    }

    /// Whether the session has a running run at this moment.
    public static boolean isRunning(Connection connection, long organizationId, Session session) throws SQLException {
        return countRunning(connection, organizationId, Optional.of(session)).ofSession() > 0;
    }

    /// The running runs of a session, locked; whoever asks has locked the organisation's row.
    public static List<RunRows.RunRow> lockRunning(Connection connection, long organizationId, Session session) throws SQLException {
        return Sql.query(
                connection,
                """
                select * from runs
                 where organization_id = ? and state = 'running' and mode = ? and provider_domain = ? and provider_session = ?
                 order by id for no key update
                """,
                RunRows::read,
                organizationId,
                session.provider(),
                session.domain(),
                session.session());
    }
}
