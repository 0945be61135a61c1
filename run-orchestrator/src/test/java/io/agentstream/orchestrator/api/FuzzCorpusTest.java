package io.agentstream.orchestrator.api;

import io.agentstream.runtime.FuzzCorpus;
import org.junit.jupiter.api.Test;

final class FuzzCorpusTest {

    @Test
    void aBodyOfAnyBytesIsTakenOrAnswered() throws Exception {
        FuzzCorpus.replay(BodyFuzz.class, BodyFuzz::fuzzerTestOneInput);
    }
}
