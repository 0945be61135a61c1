package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.AgentStream;
import io.agentstream.cli.Terminal;
import io.agentstream.dev.local.LocalSystem;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Calls are watched at a terminal while they happen.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class FollowTest {

    @Test
    void tailShowsACallAsItHappensOnALineForEachThing(LocalSystem system, Path data) throws Exception {
        // given
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread tail = Thread.ofPlatform().start(() -> code.complete(AgentStream.run(
                new Terminal(Map.of(), out, out), "tail", "--data", data.toString(), "--agent", system.demo().agentUuid(), "--for", "2m")));
        Wait.until("it is followed", () -> {
            Ran call = Ran.of(Map.of(), "call", "--data", data.toString(), "--seconds", "1");
            return Wait.when(written.toString(StandardCharsets.UTF_8).contains(name(call)));
        });

        // when
        Ran followed = Ran.of(Map.of(), "call", "--data", data.toString(), "--dtmf", "3");
        String run = name(followed);
        List<String> lines = Wait.until("the call's end", () -> {
            List<String> own = written.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains(run)).toList();
            return own.stream().anyMatch(line -> line.contains("completed")) ? Optional.of(own) : Optional.empty();
        });
        tail.interrupt();

        // then
        assertEquals(0, code.get());
        assertTrue(lines.stream().allMatch(line -> line.matches("[0-9:.]{12}  WR-AGS-[0-9]{8}  [a-z_]+ .*")), String.join("\n", lines));
        String all = String.join("\n", lines);
        assertTrue(all.contains("  said          agent: Hello, and welcome"), all);
        assertTrue(all.contains("  heard         caller pressed 3"), all);
        assertTrue(all.contains("  completed     agent_hangup after "), all);
    }

    private static String name(Ran call) {
        return call.out().replaceFirst("(?s).*?(WR-AGS-[0-9]{8}).*", "$1");
    }

    @Test
    void tailOfASystemThatIsNotThereSaysHowToStartOne() {
        // when
        Ran tail = Ran.of(Map.of(), "tail", "--data", "/nowhere/at/all");

        // then
        assertEquals(1, tail.code());
        assertTrue(tail.err().contains("./agent-stream up --data /nowhere/at/all"), tail.err());
    }
}
