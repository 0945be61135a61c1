package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.RunEvents.RunEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RunPayloadTest {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String AT = "2026-01-01T00:00:00.000Z";

    private final RunPayload payload = new RunPayload(object("{'id':12,'initial_context':{'a':'b'},'logs':{}}"));

    private static ObjectNode object(String json) {
        return (ObjectNode) MAPPER.readTree(json.replace('\'', '"'));
    }

    private void happens(String type, String json) {
        payload.add(new RunEvent(1, Instant.EPOCH, type, object(json)), AT);
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
                          'tools':[{'turn':3,'at':'2026-01-01T00:00:00.000Z','tool':'look_up','arguments':{'q':1},'result':null}],
                          'nodes':[{'at':'2026-01-01T00:00:00.000Z','node':'hello'}],
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
