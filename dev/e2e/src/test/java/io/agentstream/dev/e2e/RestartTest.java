package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.StopBarrier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A local system is stopped and started again on its data.
final class RestartTest {

    private Path directory;

    @BeforeEach
    void make() throws Exception {
        directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "e2e-");
        UsedPostgres.in(directory.resolve("postgres"));
    }

    @AfterEach
    void remove() throws Exception {
        DirectoryTree.delete(directory);
    }

    @Test
    void whatWasThereBeforeIsThereAfterwards() throws Exception {
        // given two calls at once
        DemoFile before;
        List<JsonNode> runs;
        try (LocalSystem system = start()) {
            before = system.demo();
            try (EchoCall one = EchoCall.begin(system, before.echoAgentUuid());
                    EchoCall two = EchoCall.begin(system, before.echoAgentUuid())) {
                one.awaitHeard(10);
                two.awaitHeard(10);
                one.hangUp();
                two.hangUp();
            }
            runs = new Api(before).awaitNoOpenRun(before.echoAgentUuid());
            assertEquals(2, runs.size());
        }

        assertNull(before.assistantAgentUuid());

        // when it is started again, with a key of a service
        Map<String, String> environment = new HashMap<>(SharedSystem.coldEnvironment());
        environment.put("AGENT_STREAM_SERVICE_KEYS", "openai=sk-test");
        try (LocalSystem system = start(environment)) {
            DemoFile after = system.demo();
            Api api = new Api(after);
            JsonNode assistant = api.send("GET", "/api/v1/agents/" + after.assistantAgentUuid(), "");
            assertEquals("openai", assistant.path("definition").path("services").path("brain").path(0).path("key").asString(), assistant::toString);
            assertFalse(Files.readString(directory.resolve("demo.json")).contains("sk-test"));

            // then all of it is there
            assertEquals(before.apiKey(), after.apiKey());
            assertEquals(before.organizationId(), after.organizationId());
            assertEquals(before.agentUuid(), after.agentUuid());
            assertEquals(before.echoAgentUuid(), after.echoAgentUuid());
            assertEquals(runs, api.runs(after.echoAgentUuid()));
            assertEquals(after, DemoFile.read(directory).orElseThrow());

            // and it works
            try (EchoCall third = EchoCall.begin(system, after.echoAgentUuid())) {
                third.awaitHeard(10);
                third.hangUp();
            }
            List<JsonNode> all = api.awaitNoOpenRun(after.echoAgentUuid());
            assertEquals(3, all.size());
            assertEquals(runs, all.subList(1, 3));

            // and what was said before can be run again
            EveryCallAgain.of(system, directory);
        }
    }

    private LocalSystem start() throws Exception {
        return start(SharedSystem.coldEnvironment());
    }

    private LocalSystem start(Map<String, String> environment) throws Exception {
        return LocalSystem.start(directory, false, environment, new StopBarrier(), step -> {});
    }
}
