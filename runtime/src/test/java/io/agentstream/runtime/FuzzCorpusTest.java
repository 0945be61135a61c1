package io.agentstream.runtime;

import org.junit.jupiter.api.Test;

final class FuzzCorpusTest {

    @Test
    void anyBytesOnATopicAreReadAndWhatIsReadCanBeWritten() throws Exception {
        FuzzCorpus.replay(CodecFuzz.class, CodecFuzz::fuzzerTestOneInput);
    }
}
