package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class DeadLetterRoutesTest {

    private static final String LETTERS = "/api/v1/operator/dead-letters";

    private Database database;
    private SampleTenant tenant;
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    @AfterEach
    void stop() {
        database.withConnection(c -> Sql.update(
                c, "delete from outbox o using runs r where r.id = o.run_id and r.organization_id = ?", tenant.organizationId()));
        api.close();
    }

    /// A hang-up of the run that was given up; its number.
    static long dead(Connection connection, long runId) throws SQLException {
        return Sql.only(
                connection,
                """
                with account as (
                    insert into telephony_configurations (organization_id, name, provider, domain)
                    select organization_id, 'dead', 'cloudonix', 'dead-' || id || '.cloudonix.net' from runs where id = ?
                    returning id
                )
                insert into outbox (run_id, kind, after, account_id, session, due_at, tries, dead_at, trouble)
                select ?, 'hang_up', 3, id, 'sess-1', now(), 12, now(), 'SERVER_ERROR' from account
                returning id
                """,
                row -> row.getLong(1),
                runId,
                runId);
    }

    private long dead() {
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        return database.withConnection(c -> dead(c, run));
    }

    @Test
    void showsWhatWasGivenUpAndWhyNewestFirst() throws Exception {
        // given
        dead();
        long newer = dead();

        // when
        RunningApi.Answer answer = api.operator("GET", LETTERS + "?limit=1", null);

        // then
        assertEquals(200, answer.status());
        assertEquals(newer, answer.get("/items/0/id").longValue());
        assertEquals("hang_up", answer.get("/items/0/kind").stringValue());
        assertEquals("SERVER_ERROR", answer.get("/items/0/trouble").stringValue());
        assertEquals(12, answer.get("/items/0/tries").intValue());
        assertEquals(tenant.organizationId(), answer.get("/items/0/organization_id").longValue());
    }

    @Test
    void whatIsSentAgainIsDueWithAllItsTriesAndIsNoDeadLetterAnyMore() throws Exception {
        // given
        long id = dead();

        // when
        RunningApi.Answer answer = api.operator("POST", LETTERS + "/" + id + "/resend", null);

        // then
        assertEquals(200, answer.status());
        assertEquals(id, answer.get("/id").longValue());
        assertEquals(
                "0 true true",
                database.withConnection(c -> Sql.only(
                        c, "select tries || ' ' || (due_at <= now()) || ' ' || (trouble is null) from outbox where id = ?",
                        row -> row.getString(1), id)));
        assertEquals(404, api.operator("POST", LETTERS + "/" + id + "/resend", null).status());
    }
}
