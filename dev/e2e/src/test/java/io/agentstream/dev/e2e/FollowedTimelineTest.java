package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.DemoAgents;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A call that goes on, followed by several from its beginning to its end.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class FollowedTimelineTest {

    private static Ran type(Path data, String... words) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--data";
        all[words.length + 1] = data.toString();
        return Ran.of(Map.of(), all);
    }

    private static List<JsonNode> lines(Ran ran) {
        return ran.out().lines().map(Json.MAPPER::readTree).toList();
    }

    /// What of an entry does not depend on when it became certain.
    private static Set<String> told(List<JsonNode> entries) {
        return entries.stream()
                .filter(entry -> Set.of("lifecycle", "decision", "turn", "said", "heard", "key", "node", "close").contains(entry.path("kind").asString("")))
                .map(entry -> entry.path("kind").asString("") + " " + entry.path("line").asString(""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode running(Path data, String agent) throws Exception {
        return Wait.until("a running call", () -> lines(type(data, "runs", "--agent", agent, "--state", "running", "--json")).stream().findFirst());
    }

    @Test
    void whoFollowsIsToldTheSameAsWhoLooksAfterwards(LocalSystem system, Path data) throws Exception {
        // given a call that goes on, of an agent that nobody else calls
        String agent = new Api(system.demo()).newAgent(DemoAgents.talking().toString());
        CompletableFuture<Ran> call = CompletableFuture.supplyAsync(() -> type(data, "call", "--agent", agent, "--dtmf", "1,3"), Thread::startVirtualThread);
        String run = running(data, agent).path("id").asString("");

        // when three follow it
        List<CompletableFuture<Ran>> followers = List.of(1, 2, 3).stream()
                .map(n -> CompletableFuture.supplyAsync(() -> type(data, "replay", run, "--follow", "--json"), Thread::startVirtualThread))
                .toList();
        assertEquals(0, call.get().code(), call.get().out());
        List<Ran> followed = followers.stream().map(CompletableFuture::join).toList();

        // then
        JsonNode after = Json.MAPPER.readTree(type(data, "replay", run, "--json").out());
        Set<String> expected = told(after.path("items").valueStream().toList());
        assertTrue(expected.size() > 10, expected.toString());
        for (Ran each : followed) {
            List<JsonNode> lines = lines(each);
            assertEquals(expected, told(lines));
            assertEquals(after.at("/summary/end"), lines.getLast().at("/summary/end"));
            assertEquals(0, lines.stream().filter(line -> line.path("kind").asString("").equals("gap")).count());
        }
    }
}
