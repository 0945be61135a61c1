package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class ErasureRoutesTest {

    private static final String ERASURES = "/api/v1/erasures";

    private final Database database;
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    ErasureRoutesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() {
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    @Test
    void anOrderIsTakenAndShownWithoutTheNumber() throws Exception {
        // when
        RunningApi.Answer ordered = api.send("POST", ERASURES, "{\"caller_number\":\"+15550177\"}");
        RunningApi.Answer shown = api.get(ordered.header("Location"));

        // then
        assertEquals(202, ordered.status());
        assertEquals(200, shown.status());
        assertEquals("pending", shown.get("/state").stringValue());
        assertEquals("caller_number", shown.get("/by").stringValue());
        assertTrue(shown.get("/run_id").isNull());
        assertEquals(0, shown.get("/destroyed/runs").intValue());
        assertFalse((ordered.http().body() + shown.http().body()).contains("5550177"));
    }

    @Test
    void whatIsOrderedAgainBeforeItIsDoneIsTheSame() throws Exception {
        // given
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        String byRun = "{\"run_id\":" + run + "}";
        String byNumber = "{\"caller_number\":\"+15550178\"}";
        RunningApi.Answer ofRun = api.send("POST", ERASURES, byRun);
        RunningApi.Answer ofNumber = api.send("POST", ERASURES, byNumber);
        long later = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));

        // when
        RunningApi.Answer runAgain = api.send("POST", ERASURES, byRun);
        RunningApi.Answer numberAgain = api.send("POST", ERASURES, byNumber);

        // then
        assertEquals(List.of(202, 202), List.of(runAgain.status(), numberAgain.status()));
        assertEquals(ofRun.get("/id"), runAgain.get("/id"));
        assertEquals(ofNumber.get("/id"), numberAgain.get("/id"));
        boolean isOfLater = database.withConnection(c -> Sql.only(
                c, "select up_to_run >= ? from erasures where id = ?", row -> row.getBoolean(1), later, numberAgain.get("/id").longValue()));
        assertTrue(isOfLater, "runs that there are by now are meant");
    }

    @Test
    void moreThanAnOrganisationMayHaveOpenAreRefused() throws Exception {
        database.withConnection(c -> Sql.update(
                c, "insert into erasures (organization_id, run_id, up_to_run) select ?, -n, 0 from generate_series(1, ?) n",
                tenant.organizationId(), ErasureRoutes.MAX_OPEN));

        assertEquals(409, api.send("POST", ERASURES, "{\"caller_number\":\"+15550179\"}").status());

        database.withConnection(c -> Sql.update(c, "delete from erasures where organization_id = ?", tenant.organizationId()));
    }

    @Test
    void aRunOfItsOwnCanBeErasedAndNobodyElses() throws Exception {
        // given
        long own = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        long others = SampleTenant.create(database).addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));

        // when
        RunningApi.Answer ordered = api.send("POST", ERASURES, "{\"run_id\":" + own + "}");
        RunningApi.Answer refused = api.send("POST", ERASURES, "{\"run_id\":" + others + "}");

        // then
        assertEquals(202, ordered.status());
        assertEquals(own, ordered.get("/run_id").longValue());
        assertEquals(404, refused.status());
    }

    @Test
    void anErasureOfAnotherTenantIsNotThere() throws Exception {
        // given
        String place = api.send("POST", ERASURES, "{\"caller_number\":\"+15550177\"}").header("Location");
        try (RunningApi other = new RunningApi(database, SampleTenant.create(database).apiKey())) {
            // when, then
            assertEquals(404, other.get(place).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"run_id\":1,\"caller_number\":\"+1\"}", "{\"run_id\":\"x\"}", "{\"caller_number\":\"\"}", "{\"caller_number\":null}",
        "{\"number\":\"+1\"}"
    })
    void whatIsNotOneOfTheTwoIsRefused(String body) throws Exception {
        assertEquals(400, api.send("POST", ERASURES, body).status());
    }
}
