package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(TestPostgres.class)
final class RunRoutesTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00.123456Z");

    private SampleTenant tenant;
    private Database database;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    private String runs() {
        return "/api/v1/agents/" + tenant.agentUuid() + "/runs";
    }

    private static List<Long> ids(RunningApi.Answer page) {
        return page.get("/items").valueStream()
                .map(run -> run.path("id").longValue())
                .toList();
    }

    @Test
    void showsARunningRunWithEveryField() throws Exception {
        // given
        long id = tenant.addRun(database, "running", NOON);

        // when
        RunningApi.Answer answer = api.get("/api/v1/runs/" + id);

        // then
        assertEquals(
                List.of(
                        "id", "name", "call_id", "agent_uuid", "agent_version", "mode", "call_type", "state", "failure",
                        "initial_context", "gathered_context", "logs", "created_at", "started_at", "ended_at",
                        "duration_seconds", "end", "disconnected_by", "outcome", "faults", "services", "cost", "match"),
                List.copyOf(answer.body().propertyNames()));
        assertTrue(answer.get("/name").stringValue().matches("WR-AGS-[0-9]{8}"));
        assertEquals(tenant.agentUuid().toString(), answer.get("/agent_uuid").stringValue());
        assertEquals("cloudonix", answer.get("/initial_context/provider").stringValue());
        assertEquals("2026-01-02T12:00:00.123Z", answer.get("/created_at").stringValue());
        for (String open : List.of("failure", "ended_at", "duration_seconds", "end", "disconnected_by", "outcome", "cost")) {
            assertTrue(answer.get("/" + open).isNull(), open);
        }
        assertEquals("[]", answer.get("/faults").toString());
    }

    @Test
    void showsHowARunEnded() throws Exception {
        // given
        long id = tenant.addRun(database, "completed", NOON);

        // when
        RunningApi.Answer answer = api.get("/api/v1/runs/" + id);

        // then
        assertEquals("{\"by\":\"caller_hangup\",\"close_code\":1000}", answer.get("/end").toString());
        assertEquals(90.5, answer.get("/duration_seconds").doubleValue());
        assertEquals("0.25", answer.get("/cost").stringValue());
    }

    @Test
    void showsWhyARunFailed() throws Exception {
        // given
        long id = tenant.addRun(database, "failed", NOON);

        // when
        RunningApi.Answer answer = api.get("/api/v1/runs/" + id);

        // then
        assertEquals("unknown_domain", answer.get("/failure/code").stringValue());
        assertEquals(
                "Unknown Cloudonix domain: acme.cloudonix.net",
                answer.get("/failure/reason").stringValue());
        assertEquals(4400, answer.get("/end/close_code").intValue());
        assertTrue(answer.get("/duration_seconds").isNull());
    }

    @Test
    void goesOnBehindTheRunThatACursorOfAnOlderVersionNames() throws Exception {
        // given
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            made.addFirst(tenant.addRun(database, "running", NOON));
        }
        String cursor = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("RUNS:" + made.getFirst()).getBytes(StandardCharsets.US_ASCII));

        // when
        RunningApi.Answer rest = api.get(runs() + "?cursor=" + cursor);

        // then
        assertEquals(made.subList(1, 3), ids(rest));
    }

    @Test
    void pagesThroughRunsNewestFirst() throws Exception {
        // given
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(tenant.addRun(database, "running", NOON));
        }

        // when
        RunningApi.Answer first = api.get(runs() + "?limit=3");
        RunningApi.Answer second =
                api.get(runs() + "?limit=3&cursor=" + first.get("/next_cursor").stringValue());

        // then
        assertEquals(made.subList(0, 3), ids(first));
        assertEquals(made.subList(3, 5), ids(second));
        assertTrue(second.get("/next_cursor").isNull());
    }

    @Test
    void pagesThroughRunsOfOneMomentAndOfSeveral() throws Exception {
        // given
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            made.addFirst(tenant.addRun(database, "running", NOON.plusNanos(i / 2 * 1_000L)));
        }

        // when
        List<Long> seen = new ArrayList<>();
        String next = "";
        do {
            RunningApi.Answer page = api.get(runs() + "?state=running&limit=1" + next);
            seen.addAll(ids(page));
            next = page.get("/next_cursor").isNull()
                    ? null
                    : "&cursor=" + page.get("/next_cursor").stringValue();
        } while (next != null);

        // then
        assertEquals(made, seen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "state=running | 1",
                "state=failed&limit=1 | 2",
                "created_after=2026-01-02T12:00:00.123456Z | 2,3",
                "created_before=2026-01-02T12:00:00.123457Z | 1",
                "created_after=2026-01-02T13:30:00+01:00&created_before=2026-01-02T13:30:00Z | 2",
                "state=completed&created_before=2026-01-02T12:30:00Z |",
                "created_after=2026-01-02T12:00:00.123Z | 2,3",
                "created_after=2026-01-02T12:00:00.122Z&created_before=2026-01-02T12:00:00.123Z |",
                "created_before=2026-01-02T12:00:00.124Z | 1",
                "created_before=0001-01-01T00:00:00Z |",
            })
    void filters(String query, String expected) throws Exception {
        // given
        List<Long> made = List.of(
                tenant.addRun(database, "running", NOON),
                tenant.addRun(database, "failed", NOON.plusSeconds(3600)),
                tenant.addRun(database, "completed", NOON.plusSeconds(7200)));

        // when
        RunningApi.Answer answer = api.get(runs() + "?" + query);

        // then
        assertEquals(200, answer.status(), answer.http().body());
        List<Long> wanted = new ArrayList<>();
        for (String number : expected == null ? new String[0] : expected.split(",", -1)) {
            wanted.addFirst(made.get(Integer.parseInt(number) - 1));
        }
        assertEquals(wanted, ids(answer));
    }

    @ParameterizedTest
    @CsvSource({"state=done,state", "created_after=yesterday,created_after", "created_before=+999999999-01-01T00:00:00Z,created_before",
        "created_after=2026-01-01T00:00:00,created_after", "created_after=2026-01-01T00:00Z,created_after"})
    void namesABadFilter(String query, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.get(runs() + "?" + query);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @Test
    void listsTheEventsOfARunInOrder() throws Exception {
        // given
        long id = tenant.addRun(database, "running", NOON);
        for (String type : List.of("offered", "created", "running")) {
            database.withConnection(connection -> RunEvents.append(
                    connection, id, List.of(new RunEvents.NewEvent(
                            NOON, type, JsonNodeFactory.instance.objectNode().put("n", type.length()), null))));
        }

        // when
        RunningApi.Answer first = api.get("/api/v1/runs/" + id + "/events?limit=2");
        RunningApi.Answer rest = api.get("/api/v1/runs/" + id + "/events?cursor="
                + first.get("/next_cursor").stringValue());

        // then
        assertEquals("offered", first.get("/items/0/type").stringValue());
        assertEquals("created", first.get("/items/1/type").stringValue());
        assertEquals("running", rest.get("/items/0/type").stringValue());
        assertEquals(7, rest.get("/items/0/payload/n").intValue());
        assertTrue(rest.get("/next_cursor").isNull());
    }

    @Test
    void knowsNothingOfAnotherOrganisation() throws Exception {
        // given
        long id = SampleTenant.create(database).addRun(database, "running", NOON);

        // then
        assertEquals(404, api.get("/api/v1/runs/" + id).status());
        assertEquals(404, api.get("/api/v1/runs/" + id + "/events").status());
        assertEquals(404, api.get("/api/v1/runs/x").status());
    }
}
