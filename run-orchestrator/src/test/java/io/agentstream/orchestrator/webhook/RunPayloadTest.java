package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.RunEvents.RunEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunEvent.Transferred;
import io.agentstream.schemas.Transfer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RunPayloadTest {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String AT = "2026-01-01T00:00:00.000Z";
    private static final String LATER = "2026-01-01T00:00:02.500Z";
    private static final CallId CALL = new CallId(UUID.fromString("01a21c95-483c-7dd3-9ac6-1205e54c4f1c"));

    private final RunPayload payload = new RunPayload(object("{'id':12,'initial_context':{'a':'b'},'logs':{}}"));

    private static ObjectNode object(String json) {
        return (ObjectNode) MAPPER.readTree(json.replace('\'', '"'));
    }

    private void happens(String type, String json) {
        payload.add(new RunEvent(1, Instant.EPOCH, type, object(json)), AT);
    }

    /// As a worker writes it.
    ///
    /// @param result null as long as it works
    private void uses(String tool, String arguments, @Nullable String result, int epoch) {
        toldAt(AT, new ConversationEvent.ToolCalled(
                CALL, 1, 2, Instant.EPOCH, 1, tool, object(arguments), result == null ? null : object(result), epoch));
    }

    private void toldAt(String at, Object event) {
        ObjectNode json = Json.MAPPER.valueToTree(event);
        payload.add(new RunEvent(1, Instant.EPOCH, json.path("type").asString(), json), at);
    }

    private JsonNode ended(String list) {
        return payload.ended(AT).path("data").path(list);
    }

    private static int bytes(JsonNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void saysEverythingOfARunInOneObject() {
        // given
        happens("created", "{}");
        happens("node_entered", "{'node':'hello'}");
        happens("turn_started", "{'turn':1,'by':'agent'}");
        happens("interrupted", "{'turn':1}");
        happens("said", "{'turn':1,'text':'Hello.','played_ms':400,'whole':false}");
        happens("heard", "{'turn':2,'text':'Hi!','speech_ms':800}");
        happens("latency", "{'turn':2,'what':'first_audio','ms':120}");
        happens("said", "{'turn':2,'text':'And?','played_ms':300,'whole':true,'stages':{'decided_ms':310}}");
        happens("heard", "{'turn':3,'digit':'5'}");
        happens("tool_called", "{'turn':3,'tool':'look_up','arguments':{'q':1}}");
        happens("of_a_newer_writer", "{'x':1}");

        // when
        ObjectNode message = payload.ended(AT);

        // then
        assertEquals(
                object("""
                        {'type':'run.ended','timestamp':'2026-01-01T00:00:00.000Z','data':{
                          'run':{'id':12,'initial_context':{'a':'b'},'logs':{}},
                          'turns':[
                            {'turn':1,'at':'2026-01-01T00:00:00.000Z','by':'agent','text':'Hello.','played_ms':400,'whole':false,'stages':null,
                             'interrupted':true,'latencies':{}},
                            {'turn':2,'at':'2026-01-01T00:00:00.000Z','by':'caller','text':'Hi!','speech_ms':800},
                            {'turn':2,'at':'2026-01-01T00:00:00.000Z','by':'agent','text':'And?','played_ms':300,'whole':true,'stages':{'decided_ms':310},
                             'interrupted':false,'latencies':{'first_audio':120}}],
                          'keys':[{'turn':3,'at':'2026-01-01T00:00:00.000Z','digit':'5'}],
                          'tools':[{'turn':3,'at':'2026-01-01T00:00:00.000Z','tool':'look_up','arguments':{'q':1},'result':null,'transfer':null,
                            'answered_at':null}],
                          'nodes':[{'at':'2026-01-01T00:00:00.000Z','node':'hello'}],
                          'transfers':[],
                          'cut':null}}"""),
                message);
    }

    @Test
    void leavesOutTheEndOfAListThatHasNoRoomAndSaysSo() {
        // given
        String long1000 = "ä".repeat(1_000);
        for (int turn = 1; turn <= 200; turn++) {
            happens("said", "{'turn':" + turn + ",'text':'" + long1000 + "','played_ms':1,'whole':true}");
        }

        // when
        JsonNode data = payload.ended(AT).path("data");

        // then
        int kept = data.path("turns").size();
        assertTrue(kept > 100 && kept < 200);
        assertEquals(kept, data.path("turns").path(kept - 1).path("turn").intValue());
        assertEquals("turns: the last " + (200 - kept) + " of 200 were left out", data.path("cut").path(0).stringValue());
        assertTrue(bytes(payload.ended(AT)) <= RunPayload.MAX_BYTES);
    }

    @Test
    void aUseOfAToolIsOneEntryThoughItIsToldWhenItBeginsAndWhenItIsDone() {
        // given
        uses("find_order", "{'id':7}", null, 3);
        uses("weather", "{}", null, 3);
        toldAt(LATER, new ConversationEvent.ToolCalled(CALL, 3, 9, Instant.EPOCH, 2, "weather", object("{}"), object("{'c':12}"), 3));
        uses("find_order", "{'id':7}", "{'found':true}", 3);
        uses("find_order", "{'id':7}", null, 3); // when the call ends

        // when
        JsonNode tools = ended("tools");

        // then
        assertEquals(
                MAPPER.readTree("""
                        [{'turn':1,'at':'2026-01-01T00:00:00.000Z','tool':'find_order','arguments':{'id':7},'result':{'found':true},'transfer':null,
                          'answered_at':'2026-01-01T00:00:00.000Z'},
                         {'turn':1,'at':'2026-01-01T00:00:00.000Z','tool':'weather','arguments':{},'result':{'c':12},'transfer':null,
                          'answered_at':'2026-01-01T00:00:02.500Z'},
                         {'turn':1,'at':'2026-01-01T00:00:00.000Z','tool':'find_order','arguments':{'id':7},'result':null,'transfer':null,
                          'answered_at':null}]""".replace('\'', '"')),
                tools);
    }

    @Test
    void twoUsesAtATimeThatAreTheSameAreTwo() {
        // given
        uses("weather", "{}", null, 3);
        uses("weather", "{}", null, 3);
        uses("weather", "{}", "{'c':12}", 3);
        uses("weather", "{}", "{'c':13}", 3);

        // when
        JsonNode tools = ended("tools");

        // then
        assertEquals(List.of(12, 13), tools.valueStream().map(tool -> tool.path("result").path("c").intValue()).toList());
    }

    @Test
    void aUseThatAnotherWorkerAsksForOnceMoreIsThatOne() {
        // given
        uses("find_order", "{'id':7}", null, 3);
        uses("find_order", "{'id':7}", null, 4);
        uses("find_order", "{'id':7}", "{'found':true}", 4);

        // when
        JsonNode tools = ended("tools");

        // then
        assertEquals(1, tools.size(), tools.toString());
        assertTrue(tools.path(0).path("result").path("found").booleanValue());
    }

    @Test
    void aTransferSaysHowItEnded() {
        // given
        toldAt(AT, new ConversationEvent.ToolCalled(
                CALL, 1, 2, Instant.EPOCH, 1, "desk", object("{'to':'+15550123','ring_ms':20000}"), null, 3, null, "1-desk", null));
        toldAt(AT, new ConversationEvent.ToolCalled(
                CALL, 2, 2, Instant.EPOCH, 1, "desk", object("{'to':'+15550123','ring_ms':20000}"), null, 4, null, "1-desk", null));
        toldAt(LATER, new Transferred(CALL, 9, Instant.EPOCH, new RunRef(12, "WR-AGS-00000001", 1, 2, 3, 0), "1-desk", Transfer.BUSY, 486));
        uses("desk", "{}", "{'error':'busy'}", 4); // without whom it was to

        // when
        JsonNode tools = ended("tools");
        JsonNode transfers = ended("transfers");

        // then
        assertEquals(1, tools.size(), tools.toString());
        assertEquals("busy", tools.at("/0/result/error").asString());
        assertEquals("+15550123", tools.at("/0/arguments/to").asString());
        assertEquals("1-desk", tools.at("/0/transfer").asString());
        assertEquals(
                MAPPER.readTree("[{'at':'2026-01-01T00:00:02.500Z','key':'1-desk','outcome':'busy','status':486}]".replace('\'', '"')), transfers);
    }

    @Test
    void aResultThatHasNoRoomIsLeftOutAndItSaysSo() {
        // given
        uses("find_order", "{'id':7}", null, 3);
        for (int turn = 1; turn <= 300; turn++) {
            happens("said", "{'turn':" + turn + ",'text':'" + "x".repeat(1_000) + "','played_ms':1,'whole':true}");
        }
        uses("find_order", "{'id':7}", "{'found':'" + "y".repeat(2_000) + "'}", 3);

        // when
        JsonNode message = payload.ended(AT);

        // then
        assertEquals(1, message.at("/data/tools").size());
        assertTrue(message.at("/data/tools/0/result").isNull());
        assertEquals("tools: results of 1 of them were left out", message.at("/data/cut/1").asString());
        assertTrue(bytes(message) <= RunPayload.MAX_BYTES);
    }

    @Test
    void leavesOutWhatARunHasTooMuchOf() {
        // given
        ObjectNode run = object("{'id':12,'initial_context':{'a':'b'},'gathered_context':{},'logs':{}}");
        run.putObject("logs").put("much", "x".repeat(RunPayload.MAX_BYTES));

        // when
        JsonNode data = new RunPayload(run).ended(AT).path("data");

        // then
        assertEquals(List.of(), List.copyOf(data.path("run").path("logs").propertyNames()));
        assertEquals("b", data.path("run").path("initial_context").path("a").stringValue());
        assertEquals("run.logs was left out", data.path("cut").path(0).stringValue());
    }
}
