package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/// Writes into the audit log who looks at what: what one key does with one thing within [#SAME_NS] is one look, with one entry of each process,
/// so that whoever reads all day does not fill the log. Any thread.
final class AuditedLooks {

    static final long SAME_NS = TimeUnit.MINUTES.toNanos(1);

    private final Looks<Looks.Look> looks = new Looks<>(SAME_NS, System::nanoTime);

    /// Before what is looked at is read.
    ///
    /// @param action as the audit log has it, one of [AuditLog#LOOKS]
    /// @param kind of the thing
    void write(Connection connection, Call call, String action, String kind, long id) throws SQLException {
        Looks.Look look = new Looks.Look(call.caller().keyId(), action, id);
        if (!looks.begins(look)) {
            return;
        }
        try {
            AuditLog.write(connection, call.who(), AuditLog.Change.of(call.organizationId(), action, kind, id, null, null));
        } catch (SQLException | RuntimeException notWritten) {
            looks.forget(look);
            throw notWritten;
        }
    }
}
