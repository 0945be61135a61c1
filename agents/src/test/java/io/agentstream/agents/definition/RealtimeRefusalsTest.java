package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// What an agent cannot be that is heard, answered and spoken to by one service, and what is said of it where it is saved.
final class RealtimeRefusalsTest {

    private static final String SOUND = "{'type':'agent','prompt':'Be kind.','edges':[{'on':'intent','intent':'stop','description':'Has enough.','go':'bye'}]}";

    private record Bad(String name, JsonNode json, String field, String message) {}

    /// Quotation marks are written as apostrophes.
    private static JsonNode agent(String node, String more) {
        return Json.MAPPER.readTree(("{'engine':'realtime','services':{'realtime':[{'service':'openai','model':'m'}]},'start':'n'," + more
                        + "'nodes':{'n':" + node + ",'bye':{'type':'hangup','say':'Bye.'}}}")
                .replace("'", "\""));
    }

    private static final List<Bad> BAD = List.of(
            new Bad("a node that gathers", agent("{'type':'gather','say':'Yes?','words':true,'next':'bye'}", ""), "nodes.n.type",
                    "is not one of say, agent, transfer, http, set, hangup"),
            new Bad("a node that captures", agent("{'type':'capture','what':'date','say':'When?','into':'day','next':'bye'}", ""), "nodes.n.type",
                    "is not one of say, agent, transfer, http, set, hangup"),
            new Bad("an interruption by words", agent(SOUND, "'settings':{'interruption':{'by':'words','words':2}},"), "settings.interruption",
                    "waits for words, which with realtime are known too late: give speech and its length"),
            new Bad("such an interruption of a node", agent("{'type':'agent','prompt':'Be kind.','interruption':{'by':'words','words':2}}", ""),
                    "nodes.n.interruption", "waits for words, which with realtime are known too late: give speech and its length"),
            new Bad("an intent by words", agent(SOUND.replace("'description':'Has enough.'", "'words':['stop']"), ""), "nodes.n.edges.0.words",
                    "are compared with nothing: with realtime the service itself chooses, by the description"),
            new Bad("an answer before the turn is over", agent(SOUND, "'settings':{'speculative':true},"), "settings.speculative",
                    "is nothing that realtime can do: who hears by itself is asked once the turn is over"),
            new Bad("the services of a cascade", Json.MAPPER.readTree("""
                    {"engine": "realtime", "services": {"brain": [{"service": "openai", "model": "m"}]}, "start": "n",
                     "nodes": {"n": {"type": "hangup"}}}"""), "services.brain", "is not a field of the services of realtime"));

    @TestFactory
    Stream<DynamicTest> isRefusedWithItsPlace() {
        return BAD.stream().map(bad -> DynamicTest.dynamicTest(
                bad.name(), () -> {
                    List<Problem> problems = AgentDefinitions.problems(bad.json());
                    assertTrue(problems.contains(new Problem(bad.field(), bad.message())), problems.toString());
                }));
    }

    @Test
    void takesAllElse() {
        assertEquals(List.of(), AgentDefinitions.problems(agent(SOUND, "")));
        assertEquals(List.of(), AgentDefinitions.problems(Json.MAPPER.readTree("""
                {"engine": "realtime", "services": {"realtime": [{"service": "openai", "model": "m", "voice": "v", "key": "k", "max_tokens": 500}]},
                 "settings": {"interruption": {"by": "speech", "ms": 300}, "first_speaker": "caller"},
                 "start": "hello",
                 "nodes": {"hello": {"type": "say", "say": "Hello.", "next": "talk"},
                           "talk": {"type": "agent", "prompt": "Talk.", "edges": [{"on": "key", "key": "0", "go": "desk"}, {"on": "error", "go": "desk"}]},
                           "desk": {"type": "transfer", "to": "+15550130", "on_failure": "bye"},
                           "bye": {"type": "hangup", "say": "Goodbye."}}}""")));
    }
}
