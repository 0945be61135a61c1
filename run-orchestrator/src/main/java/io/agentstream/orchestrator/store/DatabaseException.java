package io.agentstream.orchestrator.store;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;

/// A statement or a connection failed. The message holds what the server said, without the values of the row:
/// the pool asks the driver to leave them out.
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String UNIQUE_VIOLATION = "23505";

    public DatabaseException(SQLException cause) {
        super("database: " + cause.getMessage() + " [" + cause.getSQLState() + "]", cause);
    }

    /// Whether the same work may succeed later: the database is away, starting, full or chose us as a deadlock's victim.
    public boolean isTransient() {
        return isTransient(getCause());
    }

    static boolean isTransient(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientException
                    || (cause instanceof SQLException sql && isTransient(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /// Whether a unique index refused the row.
    public boolean isDuplicate() {
        return getCause() instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState());
    }

    private static boolean isTransient(@Nullable String sqlState) {
        return sqlState != null
                && (sqlState.startsWith("08") // the connection
                        || sqlState.startsWith("40") // serialisation, deadlock
                        || sqlState.startsWith("53") // out of connections, memory, disk
                        || sqlState.startsWith("57P") // shutting down, starting
                        || sqlState.equals("55P03") // lock timeout
                        || sqlState.equals("25P03") // idle for too long inside a transaction
                        || sqlState.equals("57014")); // statement timeout
    }
}
