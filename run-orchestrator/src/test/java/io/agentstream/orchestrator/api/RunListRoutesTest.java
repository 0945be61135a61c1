package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestPostgres.class)
final class RunListRoutesTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    private SampleTenant tenant;
    private Database database;
    @AutoClose
    private RunningApi api;
    private List<Long> made;

    /// One is running, one failed, one is completed and took 90.5 seconds.
    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
        SampleTenant other = SampleTenant.create(database);
        other.addRun(database, "completed", NOON);
        made = List.of(
                tenant.addRun(database, "running", NOON),
                tenant.addRun(database, "failed", NOON.plusSeconds(1)),
                tenant.addRun(database, "completed", NOON.plusSeconds(2)));
        called(made.get(2), "+15550001", "+18000001", "session-3");
        called(made.get(1), "=cmd|' /C calc'!A0", "a \"b\", c\n", "session-2");
    }

    private void called(long run, String caller, String called, String external) {
        database.withConnection(connection -> Sql.update(
                connection,
                """
                update runs set initial_context = jsonb_build_object('provider', 'cloudonix', 'caller_number', ?::text,
                                                                     'called_number', ?::text),
                                gathered_context = jsonb_build_object('call_id', ?::text)
                 where id = ?
                """,
                caller,
                called,
                external,
                run));
    }

    private static List<Long> ids(RunningApi.Answer page) {
        return page.get("/items").valueStream()
                .map(run -> run.path("id").longValue())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=50 | 3,2,1",
                "end=caller_hangup | 3",
                "end=credits |",
                "failure=unknown_domain | 2",
                "failure=internal_error |",
                "state=failed | 2",
                "caller=%2B15550001 | 3",
                "caller=+15550001 | 3",
                "caller=1555 |",
                "called=%2B18000001 | 3",
                "external_call_id=session-3 | 3",
                "external_call_id=session-3&state=failed |",
                "min_duration=90.5 | 3",
                "min_duration=90.501 |",
                "max_duration=90.5 | 3",
                "max_duration=90.499 |",
                "state=completed&min_duration=60&called=%2B18000001 | 3",
                "created_after=2026-01-02T12:00:00Z&created_before=2026-01-02T12:00:02Z | 2",
                "agent=0b0f1fd4-2f6b-4f0e-8a52-0b5ad5a54f3e |",
            })
    void filters(String query, String expected) throws Exception {
        // when
        RunningApi.Answer answer = api.get("/api/v1/runs?" + query);

        // then
        assertEquals(200, answer.status(), answer.http().body());
        List<Long> wanted = new ArrayList<>();
        for (String number : expected == null ? new String[0] : expected.split(",", -1)) {
            wanted.add(made.get(Integer.parseInt(number) - 1));
        }
        assertEquals(wanted, ids(answer));
    }

    @Test
    void listsTheRunsOfOneAgent() throws Exception {
        // when
        RunningApi.Answer answer = api.get("/api/v1/runs?limit=2&agent=" + tenant.agentUuid());

        // then
        assertEquals(List.of(made.get(2), made.get(1)), ids(answer));
        assertFalse(answer.get("/next_cursor").isNull());
    }

    @ParameterizedTest
    @CsvSource({
        "end=hangup,end", "failure=none,failure", "agent=1,agent", "caller=,caller", "min_duration=-1,min_duration",
        "max_duration=1.2345,max_duration", "min_duration=1e3,min_duration", "calls=1,calls", "caller=a%00,caller",
        "state=failed&state=running,state", "created_after=2026,created_after", "cursor=UlVOUzotMTox,cursor"
    })
    void namesABadFilter(String query, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.get("/api/v1/runs?" + query);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @Test
    void streamsEveryRunAsALine() throws Exception {
        // when
        RunningApi.Answer answer = api.send("GET", "/api/v1/runs", null, "Accept", "application/x-ndjson");

        // then
        assertEquals("application/x-ndjson", answer.header("Content-Type"));
        assertEquals(3, answer.http().body().lines().count());
    }

    @Test
    void streamsATableThatIsNoProgram() throws Exception {
        // when
        RunningApi.Answer answer = api.send("GET", "/api/v1/runs?state=failed", null, "Accept", "text/csv, */*;q=0.1");

        // then
        String body = answer.http().body();
        assertTrue(body.startsWith("id,name,call_id,"), body);
        assertTrue(body.contains(",'=cmd|' /C calc'!A0,\"a \"\"b\"\", c\n\",session-2,"), body);
        assertTrue(body.endsWith("\r\n"), body);
        assertEquals(2, body.split("\r\n", -1).length - 1);
    }

    @ParameterizedTest
    @CsvSource({"limit=1,limit", "cursor=x,cursor"})
    void streamsNoPage(String query, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.send("GET", "/api/v1/runs?" + query, null, "Accept", "text/csv");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @ParameterizedTest
    @CsvSource({"application/pdf", "text/csv;q=0", "text/html"})
    void saysWhatItCanAnswer(String accept) throws Exception {
        assertEquals(406, api.send("GET", "/api/v1/runs", null, "Accept", accept).status());
    }
}
