package io.agentstream.worker.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.PlayedMcp;
import io.agentstream.dev.simulator.services.PlayedMcp.Manner;
import io.agentstream.schemas.Json;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.service.Given;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a server of tools is asked, and what it answers.
final class McpServerTest extends McpFixture {

    @ParameterizedTest
    @EnumSource(Manner.class)
    void itsToolsAreListedAndUsedWhateverFormItAnswersIn(Manner manner) throws Exception {
        played.manner(manner);
        ToolServer server = open();

        assertEquals(Optional.empty(), listed(server));
        assertEquals(List.of("kb_search", "kb_look_up_" + Integer.toHexString("look.up".hashCode())), names(server));
        assertFalse(server.tools().getFirst().parameters().has("$schema"));
        assertEquals("done It is open.", result(server, "kb_search"));

        JsonNode used = played.uses().getFirst();
        assertEquals("search", used.path("name").asString(""));
        assertEquals("opening hours", used.path("arguments").path("q").asString(""));
        assertEquals(USE, used.path("_meta").path("io.agentstream/idempotency-key").asString(""));
        assertEquals("Bearer sk-kb", played.asked().getLast().headers().get("authorization"));
        assertEquals(List.of("initialize", "notifications/initialized", "tools/list"), methods().subList(0, 3));
    }

    @Test
    void whatItAsksMeanwhileIsAnsweredAndNothingIsDoneForIt() throws Exception {
        played.manner(Manner.TALKATIVE);
        ToolServer server = open();
        listed(server);

        result(server, "kb_search");

        List<String> answers = played.told().stream().filter(each -> !each.has("method")).map(JsonNode::toString).toList();
        assertTrue(answers.contains("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"), answers.toString());
        assertTrue(answers.contains("{\"jsonrpc\":\"2.0\",\"id\":\"s-2\",\"error\":{\"code\":-32601,\"message\":\"not supported\"}}"), answers.toString());
    }

    @Test
    void ofItsToolsOnlyThoseAreOfferedThatTheDefinitionAllows() throws Exception {
        ToolServer server = open(Set.of("search"), 10_000, 16_384);

        listed(server);

        assertEquals(List.of("kb_search"), names(server));
        assertEquals("failed {\"error\":\"no_such_tool\"}", result(server, "kb_look_up_" + Integer.toHexString("look.up".hashCode())));
        assertEquals(List.of(), played.uses());
    }

    @Test
    void aLongListIsReadPageByPageAndCutWhereABrainHasEnough() throws Exception {
        IntStream.range(0, 100).forEach(n -> played.tool("t" + n, "Does.", SCHEMA, ""));
        played.tool("talker", "x", "{\"type\":\"object\",\"description\":\"" + "y".repeat(McpTool.MAX_TOOL_CHARS) + "\"}", "");
        played.pages(40);
        ToolServer server = open();

        listed(server);

        assertEquals(McpTool.MAX_TOOLS, names(server).size());
        assertEquals(3, methods().stream().filter("tools/list"::equals).count());
    }

    @Test
    void ofAListThatIsTooLongAllInAllTheRestIsNotOffered() throws Exception {
        String schema = "{\"type\":\"object\",\"description\":\"" + "y".repeat(McpTool.MAX_TOOL_CHARS - 1_000) + "\"}";
        IntStream.range(0, McpServer.MAX_LIST_BYTES / McpTool.MAX_TOOL_CHARS + 6).forEach(n -> played.tool("t" + n, "Does.", schema, ""));
        played.tool("after", "x", SCHEMA, "");
        played.pages(10);
        ToolServer server = open();

        assertEquals(Optional.empty(), listed(server));

        assertTrue(names(server).contains("kb_t0"));
        assertFalse(names(server).contains("kb_after"));
    }

    @Test
    void aNameThatIsLongerThanTheProtocolWantsItIsNotOffered() throws Exception {
        played.tool("l".repeat(McpTool.MAX_NAME_CHARS + 1), "x", SCHEMA, "").tool("k".repeat(McpTool.MAX_NAME_CHARS), "x", SCHEMA, "");
        ToolServer server = open();

        listed(server);

        assertTrue(names(server).stream().noneMatch(name -> name.startsWith("kb_ll")));
        assertTrue(names(server).stream().anyMatch(name -> name.startsWith("kb_kk")));
    }

    @Test
    void aToolThatIsTooLongIsNotOffered() throws Exception {
        played.tool("talker", "x", "{\"type\":\"object\",\"description\":\"" + "y".repeat(McpTool.MAX_TOOL_CHARS) + "\"}", "");
        played.tool("after", "x", SCHEMA, "");
        ToolServer server = open();

        listed(server);

        assertFalse(names(server).contains("kb_talker"));
        assertTrue(names(server).contains("kb_after"));
    }

    @Test
    void aSessionThatHasEndedIsBegunAnewAndTheToolIsUsedOnce() throws Exception {
        ToolServer server = open();
        listed(server);
        played.endSessions();

        assertEquals("done It is open.", result(server, "kb_search"));
        assertEquals(2, methods().stream().filter("initialize"::equals).count());
        assertEquals(1, methods().stream().filter("tools/list"::equals).count());
        assertEquals(1, played.uses().size());
    }

    @Test
    void whoNeedsItNoLongerEndsTheSession() throws Exception {
        ToolServer server = open();
        listed(server);

        server.close();

        Given.await("the session is ended", () -> played.sessions() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25"})
    void whichOfTheRevisionsItSpeaksIsItsToSay(String version) throws Exception {
        played.version(version);
        ToolServer server = open();

        assertEquals(Optional.empty(), listed(server));
        assertEquals("done It is open.", result(server, "kb_search"));
        assertEquals(version, played.asked().getLast().headers().get("mcp-protocol-version"));
    }

    @Test
    void aServerThatShakesNoHandsIsSpokenToInItsOwnWay() throws Exception {
        played.withoutHandshake().tool("in_header", "x", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}", "");
        ToolServer server = open();

        assertEquals(Optional.empty(), listed(server));
        assertEquals("done It is open.", result(server, "kb_search"));
        assertFalse(names(server).contains("kb_in_header"));
        assertFalse(played.asked().getLast().headers().containsKey("mcp-session-id"));
    }

    @Test
    void aServerWithoutSessionsHasNoneToEnd() throws Exception {
        played.withoutSessions();
        ToolServer server = open();
        listed(server);

        assertEquals("done It is open.", result(server, "kb_search"));
    }

    @Test
    void whatAToolAnswersIsTheResult() throws Exception {
        ToolServer server = open();
        listed(server);

        played.answering(params -> Json.MAPPER.readTree("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"structuredContent\":{\"open\":true}}"));
        assertEquals("done {\"open\":true}", result(server, "kb_search"));
        played.answering(params -> Json.MAPPER.readTree(
                "{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\",\"data\":\"AAAA\"},"
                        + "{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"text\":\"b\"}}]}"));
        assertEquals("done a\n(something that is no text)\nb", result(server, "kb_search"));
        played.answering(params -> Json.MAPPER.readTree("{\"content\":[]}"));
        assertEquals("done {\"ok\":true}", result(server, "kb_search"));
        played.answering(params -> PlayedMcp.failed("The date is in the past."));
        assertEquals("failed {\"error\":\"tool\",\"answer\":\"The date is in the past.\"}", result(server, "kb_search"));
        played.answering(params -> Json.MAPPER.readTree("{\"resultType\":\"input_required\",\"inputRequests\":{}}"));
        assertEquals("failed {\"error\":\"input_required\"}", result(server, "kb_search"));
        played.answering(params -> PlayedMcp.text("you sent Bearer sk-kb"));
        assertEquals("done you sent Bearer ********", result(server, "kb_search"));
    }
}
