package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import java.util.concurrent.TimeUnit;

/// Writes into the audit log who looks at what: what one key does with one thing within [#SAME_NS] is one look, with one entry of each process,
/// so that whoever reads all day does not fill the log. It counts as written once that is committed: of those who look at the same moment each has
/// an entry. Any thread.
final class AuditedLooks {

    static final long SAME_NS = TimeUnit.MINUTES.toNanos(1);

    private final Database database;
    private final Looks<Looks.Look> looks = new Looks<>(SAME_NS, System::nanoTime);

    AuditedLooks(Database database) {
        this.database = database;
    }

    /// Writes it down, and what is looked at is read behind that: in the same transaction, or when this has returned.
    ///
    /// @param action as the audit log has it, one of [AuditLog#LOOKS]
    /// @param kind of the thing
    /// @param reading in that transaction
    <T> T write(Call call, String action, String kind, long id, Database.Work<T> reading) {
        Looks.Look look = new Looks.Look(call.caller().keyId(), action, id);
        boolean isNew = looks.isNew(look);
        T read = database.inTransaction(connection -> {
            if (isNew) {
                AuditLog.write(connection, call.who(), AuditLog.Change.of(call.organizationId(), action, kind, id, null, null));
            }
            return reading.run(connection);
        });
        if (isNew) {
            looks.noted(look);
        }
        return read;
    }

    /// As above, with nothing to read in it.
    void write(Call call, String action, String kind, long id) {
        write(call, action, kind, id, connection -> true);
    }
}
