package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Drafts of an agent and its versions.
@ExtendWith(TestPostgres.class)
final class AgentVersionRoutesTest {

    private static final String AGENTS = "/api/v1/agents";

    private static final String SCRIPTED =
            "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"Bye.\",\"hang_up\":true}}}";

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
}
