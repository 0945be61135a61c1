package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.orchestrator.store.Who;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// That nobody looks without an entry.
@ExtendWith(TestPostgres.class)
final class AuditedLooksTest {

    @Test
    void aLookWhoseEntryWasRolledBackIsWrittenByTheNextOne(Database database) {
        // given
        SampleTenant tenant = SampleTenant.create(database);
        AuditedLooks looks = new AuditedLooks(database);
        Call call = new Call(
                new Users.Caller(1, tenant.userId(), tenant.organizationId(), Scope.ADMIN), new Who.Operator("192.0.2.1"), Map.of(), new Query(Map.of()),
                new Fields(Json.object(), "", new Errors()), new Call.Asked(false, "key", null, null, null), MediaTypes.JSON);

        // when reading fails behind it
        assertThrows(DatabaseException.class, () -> looks.write(call, "run.events_read", "run", 7, connection -> {
            throw new SQLException("the connection is gone");
        }));
        looks.write(call, "run.events_read", "run", 7);
        looks.write(call, "run.events_read", "run", 7);

        // then
        assertEquals(
                List.of("run.events_read 7"),
                database.withConnection(c -> Sql.query(
                        c, "select action || ' ' || thing_id from audit_log where organization_id = ?", row -> row.getString(1),
                        tenant.organizationId())));
    }
}
