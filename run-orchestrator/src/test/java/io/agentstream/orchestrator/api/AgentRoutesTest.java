package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.definition.AgentSchema;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class AgentRoutesTest {
    private static final String AGENTS = "/api/v1/agents";
    private static final String SCRIPTED =
            "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"Bye.\",\"hang_up\":true}}}";
    private static final String ECHO = "{\"name\":\"Echo\",\"definition\":{\"engine\":\"echo\"}}";

    private SampleTenant tenant;
    private SampleTenant stranger;
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        stranger = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private String create() throws Exception {
        return api.send("POST", AGENTS, ECHO).get("/uuid").stringValue();
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
        assertEquals(!AgentDefinitions.ENGINES.contains("realtime"), fields.contains("definition.engine"), fields.toString());
    }

    @Test
    void saysWhatIsOddOfTheDraftThatThereIsNow() throws Exception {
        // given
        String sound = "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"Hi\",\"hang_up\":true}%s}}";
        String unreached = sound.formatted(",\"b\":{\"say\":\"Bye\",\"hang_up\":true}");
        RunningApi.Answer made = api.send("POST", AGENTS, "{\"name\":\"Odd\",\"definition\":" + unreached + "}");
        String agent = AGENTS + "/" + made.get("/uuid").stringValue();
        assertEquals(1, api.get(agent).get("/warnings").size());

        // when
        RunningApi.Answer saved = api.send("PUT", agent + "/draft", "{\"definition\":" + sound.formatted("") + "}");

        // then
        assertEquals(0, saved.get("/warnings").size());
        assertEquals(0, api.get(AGENTS).get("/items/0/warnings").size());
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
    void makesNoDraftOfADefinitionThatComesBackUnchanged() throws Exception {
        // given
        String agent = AGENTS + "/" + create();
        api.send("POST", agent + "/publish", null);

        // when
        RunningApi.Answer same = api.send("PATCH", agent, "{\"definition\":{\"engine\":\"echo\"}}");
        RunningApi.Answer other = api.send("PATCH", agent, "{\"definition\":" + SCRIPTED + "}");

        // then
        assertTrue(same.get("/draft_version").isNull());
        assertEquals(2, other.get("/draft_version").intValue());
    }

    @Test
    void publishesTheDraftAndArchivesTheVersionBefore() throws Exception {
        // given
        String agent = AGENTS + "/" + create();

        // when
        RunningApi.Answer first = api.send("POST", agent + "/publish", null);
        RunningApi.Answer draft = api.send("PUT", agent + "/draft", "{\"definition\":" + SCRIPTED + "}");
        RunningApi.Answer again = api.send(
                "PUT", agent + "/draft", "{\"definition\":" + SCRIPTED.replace("Bye.", "Goodbye.") + "}");
        RunningApi.Answer second = api.send("POST", agent + "/publish", null);
        RunningApi.Answer nothing = api.send("POST", agent + "/publish", null);

        // then
        assertEquals(List.of(200, 1), List.of(first.status(), first.get("/published_version").intValue()));
        assertTrue(first.get("/draft_version").isNull());
        assertEquals(List.of(200, 2), List.of(draft.status(), draft.get("/draft_version").intValue()));
        assertEquals(1, draft.get("/published_version").intValue());
        assertEquals("scripted", draft.get("/definition/engine").stringValue());
        assertEquals(2, again.get("/draft_version").intValue());
        assertEquals(2, second.get("/published_version").intValue());
        assertEquals("Goodbye.", second.get("/definition/nodes/a/say").stringValue());
        assertEquals(first.get("/uuid"), second.get("/uuid"));
        assertEquals(409, nothing.status());
        RunningApi.Answer versions = api.get(agent + "/versions");
        assertEquals(
                List.of("published", "archived"),
                versions.get("/items").valueStream()
                        .map(version -> version.path("status").stringValue())
                        .toList());
    }

    @Test
    void pagesThroughVersions() throws Exception {
        // given
        String agent = AGENTS + "/" + create();
        for (int i = 0; i < 3; i++) {
            api.send("POST", agent + "/publish", null);
            api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");
        }

        // when
        RunningApi.Answer page = api.get(agent + "/versions?limit=3");
        RunningApi.Answer rest = api.get(
                agent + "/versions?limit=3&cursor=" + page.get("/next_cursor").stringValue());

        // then
        assertEquals(4, page.get("/items/0/number").intValue());
        assertEquals(1, rest.get("/items/0/number").intValue());
        assertTrue(rest.get("/next_cursor").isNull());
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
    void hasAtMostOneDraftHoweverManyWriteAtOnce() throws Exception {
        // given
        String agent = AGENTS + "/" + create();
        api.send("POST", agent + "/publish", null);
        List<Callable<Integer>> writers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            writers.add(() -> api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}").status());
        }

        // when
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> writer : threads.invokeAll(writers)) {
                statuses.add(writer.get());
            }
        }

        // then
        assertEquals(List.of(200), statuses.stream().distinct().toList());
        assertEquals(2, api.get(agent).get("/draft_version").intValue());
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
