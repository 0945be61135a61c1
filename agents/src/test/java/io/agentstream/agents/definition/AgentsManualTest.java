package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.ExampleAgents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/agents.md` is what the schema says, so that it cannot say anything else. `mvn test -pl agents -am -Ddocs.update=true` writes it
/// anew.
final class AgentsManualTest {

    private static final Path PAGE = Path.of("../docs/agents.md");

    @Test
    void thePageIsWhatTheSchemaSays() throws IOException {
        String page = new AgentsManual(AgentSchema.json()).page(ExampleAgents.NAMES, ExampleAgents::text);
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(PAGE, page);
        }

        assertEquals(Files.readString(PAGE), page, "the schema or an example changed: see AgentsManualTest");
    }
}
