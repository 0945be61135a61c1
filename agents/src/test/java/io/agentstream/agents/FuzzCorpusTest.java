package io.agentstream.agents;

import io.agentstream.runtime.FuzzCorpus;
import org.junit.jupiter.api.Test;

final class FuzzCorpusTest {

    @Test
    void anyJsonIsADefinitionOrIsRefused() throws Exception {
        FuzzCorpus.replay(AgentDefinitionFuzz.class, AgentDefinitionFuzz::fuzzerTestOneInput);
    }
}
