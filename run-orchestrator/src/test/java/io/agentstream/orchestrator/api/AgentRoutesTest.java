package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.definition.AgentSchema;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class AgentRoutesTest {

    private static final String AGENTS = "/api/v1/agents";
    private static final String ECHO = "{\"name\":\"Echo\",\"definition\":{\"engine\":\"echo\"}}";
    private SampleTenant tenant;
    private SampleTenant stranger;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        stranger = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    private String create() throws Exception {
        return api.send("POST", AGENTS, ECHO).get("/uuid").stringValue();
    }

    @Test
    void anOrganisationHasAsManyAgentsAsItMayAndNoMore(Database database) throws Exception {
        // given
        database.withConnection(c -> Sql.update(
                c, "insert into agents (uuid, organization_id, owner_user_id, name) select gen_random_uuid(), ?, ?, 'x' from generate_series(1, ?)",
                tenant.organizationId(), tenant.userId(), AgentRoutes.MAX_LIVE - 1));

        // when
        RunningApi.Answer refused = api.send("POST", AGENTS, ECHO);
        database.withConnection(c -> Sql.update(
                c, "update agents set archived_at = now() where organization_id = ? and name = 'x'", tenant.organizationId()));

        // then
        assertEquals(409, refused.status());
        assertTrue(refused.get("/detail").stringValue().contains("archive one first"), refused.http().body());
        assertEquals(201, api.send("POST", AGENTS, ECHO).status());
    }

    @Test
    void allVersionsOfAnOrganisationsAgentsCount(Database database) throws Exception {
        // given
        long before = database.withConnection(c -> Agents.count(c, tenant.organizationId())).bytes();
        String agent = AGENTS + "/" + create();
        api.send("POST", agent + "/publish", null);
        api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");

        // when
        Agents.Count after = database.withConnection(c -> Agents.count(c, tenant.organizationId()));

        // then
        assertEquals(3 * before, after.bytes());
        assertTrue(AgentRoutes.tooMuch(after).isEmpty());
        assertEquals(409, AgentRoutes.tooMuch(new Agents.Count(1, 1, AgentRoutes.MAX_STORED_BYTES)).orElseThrow().status());
        assertEquals(409, AgentRoutes.tooMany(new Agents.Count(0, AgentRoutes.MAX_EVER, 0)).orElseThrow().status());
    }

    @Test
    void whereAllThatMayBeStoredIsStoredDraftsCanBeChangedAndPublishedAndNothingIsAdded(Database database) throws Exception {
        // given, in definitions that are not compressed
        String agent = AGENTS + "/" + create();
        database.withConnection(c -> Sql.update(c, "alter table agent_versions alter column definition set storage external"));
        database.withConnection(c -> Sql.update(
                c,
                """
                with a as (insert into agents (uuid, organization_id, owner_user_id, name) values (gen_random_uuid(), ?, ?, 'full') returning id)
                insert into agent_versions (agent_id, number, status, definition)
                select a.id, n, 'archived', jsonb_build_object('x', repeat('x', 8 * 1024 * 1024)) from a, generate_series(1, 33) n
                """,
                tenant.organizationId(), tenant.userId()));
        long bytes = database.withConnection(c -> Agents.count(c, tenant.organizationId())).bytes();
        assertTrue(bytes >= AgentRoutes.MAX_STORED_BYTES, () -> bytes + " bytes");

        // when, then
        String longer = "{\"definition\":{\"engine\":\"echo\"},\"name\":\"Longer\"}";
        assertEquals(200, api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}").status());
        assertEquals(200, api.send("PATCH", agent, longer).status());
        assertEquals(200, api.send("POST", agent + "/publish", null).status());
        RunningApi.Answer refused = api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");
        assertEquals(409, refused.status());
        assertTrue(refused.get("/detail").stringValue().contains("Drafts that there are can be changed"), refused.http().body());
        assertEquals(409, api.send("POST", AGENTS, ECHO).status());
        String full = AGENTS + "/" + database.withConnection(c -> Sql.only(
                c, "select uuid::text from agents where organization_id = ? and name = 'full'", row -> row.getString(1), tenant.organizationId()));
        for (int number = 1; number <= 3; number++) {
            assertEquals(204, api.send("DELETE", full + "/versions/" + number, null).status());
        }
        assertEquals(200, api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}").status());
    }

    @Test
    void aVersionIsDeletedThatNeitherItsAgentNorARunRefersTo(Database database) throws Exception {
        // given versions 1 and 2, of which a run used the second, the published third, and a draft
        UUID uuid = UUID.fromString(create());
        String agent = AGENTS + "/" + uuid;
        for (int number = 1; number <= 3; number++) {
            api.send("POST", agent + "/publish", null);
            api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");
        }
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        database.withConnection(c -> Sql.update(
                c, "update runs set agent_id = a.id, agent_version = 2 from agents a where a.uuid = ? and runs.id = ?", uuid, run));

        // when, then
        assertEquals(List.of(204, 404), List.of(delete(agent, 1), delete(agent, 1)));
        assertEquals(List.of(409, 409, 409), List.of(delete(agent, 2), delete(agent, 3), delete(agent, 4)));
        assertEquals(List.of(404, 404, 404), List.of(delete(agent, 9), delete(agent, 0), delete(AGENTS + "/" + UUID.randomUUID(), 2)));
        assertEquals(List.of(4, 3, 2), numbers(agent));

        // and of an agent that is archived all that no run used
        api.send("DELETE", agent, null);
        assertEquals(List.of(204, 204, 409), List.of(delete(agent, 4), delete(agent, 3), delete(agent, 2)));
        assertEquals(List.of(2), numbers(agent));
    }

    private int delete(String agent, int number) throws Exception {
        return api.send("DELETE", agent + "/versions/" + number, null).status();
    }

    private List<Integer> numbers(String agent) throws Exception {
        return api.get(agent + "/versions").get("/items").valueStream().map(version -> version.path("number").intValue()).toList();
    }

    @Test
    void makesAnAgentWhoseDefinitionIsDraftOne() throws Exception {
        // when
        RunningApi.Answer made = api.send(
                "POST",
                AGENTS,
                """
                {"name": "Echo", "definition": {"engine": "echo"},
                 "template_context_variables": {"greeting": "Hi"}}
                """);

        // then
        assertEquals(201, made.status());
        String uuid = made.get("/uuid").stringValue();
        assertEquals(AGENTS + "/" + uuid, made.header("Location"));
        assertEquals(1, made.get("/draft_version").intValue());
        assertTrue(made.get("/published_version").isNull());
        assertEquals("echo", made.get("/definition/engine").stringValue());
        assertEquals("Hi", made.get("/template_context_variables/greeting").stringValue());
        assertEquals(
                "ws://127.0.0.1:8080/api/v1/agent-stream/" + uuid + "?provider=cloudonix",
                made.get("/stream_url").stringValue());
        assertEquals(made.body(), api.get(AGENTS + "/" + uuid).body());
    }

    @Test
    void publishesTheSchemaOfDefinitions() throws Exception {
        // when
        RunningApi.Answer answer = api.get(AGENTS + "/schema");

        // then
        assertEquals(200, answer.status());
        assertEquals(AgentSchema.json(), answer.body());
    }

    @Test
    void refusesAGraphWithEveryProblemAndItsPath() throws Exception {
        // given
        String definition = ExampleAgents.text("triage").replace("\"start\": \"triage\"", "\"start\": \"nowhere\"");

        // when
        RunningApi.Answer answer = api.send("POST", AGENTS, "{\"name\":\"Triage\",\"definition\":" + definition + "}");

        // then
        assertEquals(400, answer.status());
        List<String> fields = answer.get("/errors").valueStream().map(error -> error.path("field").stringValue()).toList();
        assertTrue(fields.contains("definition.start"), fields.toString());
    }

    @Test
    void putsTheDomainIntoTheStreamUrlWhereThereIsExactlyOne() throws Exception {
        // given
        String uuid = create();
        api.send(
                "POST",
                "/api/v1/telephony-configurations",
                "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"acme\"}}");

        // when
        String one = api.get(AGENTS + "/" + uuid).get("/stream_url").stringValue();
        api.send(
                "POST",
                "/api/v1/telephony-configurations",
                "{\"name\":\"B\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"other\"}}");
        String two = api.get(AGENTS + "/" + uuid).get("/stream_url").stringValue();

        // then
        assertTrue(one.endsWith("?provider=cloudonix&Domain=acme.cloudonix.net"), one);
        assertTrue(two.endsWith("?provider=cloudonix"), two);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | name,definition",
                "{\"name\":3,\"definition\":[]} | name,definition",
                "{\"name\":\"a\",\"definition\":null} | definition",
                "{\"name\":\"a\",\"definition\":{}} | definition.engine",
                "{\"name\":\"a\",\"definition\":{\"engine\":\"magic\"}} | definition.engine",
                "{\"name\":\"a\",\"definition\":{\"engine\":[\"echo\"]}} | definition.engine",
                "{\"name\":\"a\",\"definition\":{\"engine\":\"scripted\",\"nodes\":{}}} | definition.nodes,definition.start",
                "{\"name\":\"\",\"definition\":{\"engine\":\"\"},\"template_context_variables\":1,\"uuid\":\"x\"}"
                        + " | name,definition.engine,template_context_variables,uuid",
            })
    void namesEveryBadFieldOfANewAgent(String body, String fields) throws Exception {
        // when
        RunningApi.Answer answer = api.send("POST", AGENTS, body);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(fields.split(",", -1)), answer.badFields());
    }

    @Test
    void refusesADefinitionThatIsTooLarge() throws Exception {
        // when
        RunningApi.Answer answer = api.send(
                "POST",
                AGENTS,
                "{\"name\":\"a\",\"definition\":{\"engine\":\"echo\",\"x\":\"" + "y".repeat(300_000) + "\"}}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("definition"), answer.badFields());
    }

    @ParameterizedTest
    @ValueSource(strings = {"provider", "direction", "caller_number", "called_number", "cloudonix_context"})
    void keepsTheNamesOfWhatEveryCallHasByItself(String name) throws Exception {
        // when
        RunningApi.Answer made = api.send(
                "POST",
                AGENTS,
                "{\"name\":\"a\",\"definition\":{\"engine\":\"echo\"},\"template_context_variables\":{\"" + name + "\":\"x\"}}");
        RunningApi.Answer changed = api.send(
                "PATCH", AGENTS + "/" + create(), "{\"template_context_variables\":{\"" + name + "\":\"x\"}}");

        // then
        assertEquals(List.of("template_context_variables." + name), made.badFields());
        assertEquals(List.of("template_context_variables." + name), changed.badFields());
    }

    /// About 210 KB.
    private static String large() {
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < 199; i++) {
            nodes.append("\"n").append(i).append("\":{\"say\":\"").append("x".repeat(1_000)).append("\",\"next\":\"n")
                    .append(i + 1).append("\"},");
        }
        return "{\"engine\":\"scripted\",\"start\":\"n0\",\"nodes\":{" + nodes + "\"n199\":{\"say\":\"Bye.\",\"hang_up\":true}}}";
    }

    @Test
    void endsAPageWhereItIsLargeBeforeItIsLong() throws Exception {
        // given
        List<String> made = new ArrayList<>(List.of(tenant.agentUuid().toString()));
        for (int i = 0; i < 12; i++) {
            made.addFirst(api.send(
                            "POST",
                            AGENTS,
                            "{\"name\":\"Large\",\"definition\":" + large() + "}")
                    .get("/uuid")
                    .stringValue());
        }

        // when
        List<String> seen = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String next = "";
        do {
            RunningApi.Answer page = api.get(AGENTS + "?limit=500" + next);
            page.get("/items").forEach(agent -> seen.add(agent.path("uuid").stringValue()));
            sizes.add(page.http().body().length());
            next = page.get("/next_cursor").isNull()
                    ? null
                    : "&cursor=" + page.get("/next_cursor").stringValue();
        } while (next != null);

        // then
        assertEquals(made, seen);
        assertEquals(3, sizes.size());
        assertTrue(sizes.stream().allMatch(size -> size < Page.MAX_BYTES + 100), sizes.toString());
    }

    @Test
    void changesWhatIsSentAndNothingElse() throws Exception {
        // given
        String agent = AGENTS + "/" + create();
        api.send("PATCH", agent, "{\"template_context_variables\":{\"a\":1}}");

        // when
        RunningApi.Answer named = api.send("PATCH", agent, "{\"name\":\"New\"}");
        RunningApi.Answer cleared = api.send("PATCH", agent, "{\"template_context_variables\":null}");
        RunningApi.Answer bad = api.send("PATCH", agent, "{\"name\":null,\"definition\":null,\"stream_url\":\"x\"}");

        // then
        assertEquals("New", named.get("/name").stringValue());
        assertEquals(1, named.get("/template_context_variables/a").intValue());
        assertEquals(1, named.get("/draft_version").intValue());
        assertTrue(cleared.get("/template_context_variables").isEmpty());
        assertEquals(List.of("stream_url", "name", "definition"), bad.badFields());
    }

    @Test
    void archivesAnAgentForGood() throws Exception {
        // given
        String agent = AGENTS + "/" + create();

        // when
        int deleted = api.send("DELETE", agent, null).status();

        // then
        assertEquals(204, deleted);
        assertEquals(404, api.get(agent).status());
        assertEquals(404, api.send("DELETE", agent, null).status());
        assertEquals(404, api.send("PATCH", agent, "{\"name\":\"x\"}").status());
        assertEquals(404, api.send("POST", agent + "/publish", null).status());
        assertEquals(200, api.get(agent + "/runs").status());
        assertEquals(1, api.get(AGENTS).get("/items").size());
    }

    @Test
    void pagesThroughAgentsNewestFirst() throws Exception {
        // given
        List<String> made = new ArrayList<>(List.of(tenant.agentUuid().toString()));
        for (int i = 0; i < 4; i++) {
            made.addFirst(create());
        }

        // when
        List<String> seen = new ArrayList<>();
        String next = "";
        do {
            RunningApi.Answer page = api.get(AGENTS + "?limit=2" + next);
            page.get("/items").forEach(agent -> seen.add(agent.path("uuid").stringValue()));
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
                "limit=0 | limit",
                "limit=501 | limit",
                "limit=x | limit",
                "limit=1&limit=2 | limit",
                "cursor=x | cursor",
                "cursor=UlVOUzox | cursor",
                "cursor=%00 | cursor",
                "sort=name | sort",
                "limit=-1&cursor=! | limit,cursor",
            })
    void namesEveryBadParameter(String query, String fields) throws Exception {
        // when
        RunningApi.Answer answer = api.get(AGENTS + "?" + query);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(fields.split(",", -1)), answer.badFields());
    }

    @Test
    void knowsNothingOfAnotherOrganisation() throws Exception {
        // given
        String theirs = AGENTS + "/" + stranger.agentUuid();

        // then
        assertEquals(404, api.get(theirs).status());
        assertEquals(404, api.send("PATCH", theirs, "{\"name\":\"mine\"}").status());
        assertEquals(404, api.send("PUT", theirs + "/draft", "{\"definition\":{\"engine\":\"echo\"}}").status());
        assertEquals(404, api.send("POST", theirs + "/publish", null).status());
        assertEquals(404, api.get(theirs + "/versions").status());
        assertEquals(404, api.get(theirs + "/runs").status());
        assertEquals(404, api.send("DELETE", theirs, null).status());
        assertEquals(1, api.get(AGENTS).get("/items").size());
    }

    @ParameterizedTest
    @CsvSource({"x", "1-1-1-1-1", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000000g"})
    void findsNothingUnderWhatIsNoAgentsUuid(String uuid) throws Exception {
        assertEquals(404, api.get(AGENTS + "/" + uuid).status());
    }

    @Test
    void givesEveryAgentAUuidOfItsOwn() throws Exception {
        assertNotEquals(UUID.fromString(create()), UUID.fromString(create()));
    }
}
