package io.agentstream.orchestrator.follow;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Who may go on following.
@ExtendWith(TestPostgres.class)
final class KeysInForceTest {

    private final AtomicLong nowNs = new AtomicLong();
    private final Database database;
    private final KeysInForce keys;

    KeysInForceTest(Database database) {
        this.database = database;
        this.keys = new KeysInForce(database, nowNs::get);
    }

    private long key(SampleTenant tenant) {
        return database.withConnection(c -> Sql.only(
                c, "select id from api_keys where user_id = ?", row -> row.getLong(1), tenant.userId()));
    }

    @Test
    void aKeyThatIsRevokedIsOneNoMoreAndOthersStayTheirs() {
        // given
        SampleTenant tenant = SampleTenant.create(database);
        long revoked = key(tenant);
        long other = key(SampleTenant.create(database));
        keys.enter(revoked);
        keys.enter(other);

        // when
        database.inTransaction(c -> Sql.update(c, "update api_keys set revoked_at = now() where id = ?", revoked));
        boolean atOnce = keys.isRevoked(revoked);
        nowNs.addAndGet(KeysInForce.EVERY_NS);

        // then
        assertFalse(atOnce);
        assertFalse(keys.isRevoked(other));
        assertTrue(keys.isRevoked(revoked));
    }

    @Test
    void aSuspendedOrganisationMayStillTakeItsDataOut() {
        // given
        SampleTenant tenant = SampleTenant.create(database);
        keys.enter(key(tenant));

        // when
        database.inTransaction(c -> Sql.update(c, "update organizations set suspended = true where id = ?", tenant.organizationId()));
        nowNs.addAndGet(KeysInForce.EVERY_NS);

        // then
        assertFalse(keys.isRevoked(key(tenant)));
    }
}
