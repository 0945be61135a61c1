package io.agentstream.calllog.export;

import io.agentstream.runtime.FuzzCorpus;
import org.junit.jupiter.api.Test;

final class FuzzCorpusTest {

    @Test
    void aFileOfAnyBytesIsRefusedOrReadToItsEnd() throws Exception {
        FuzzCorpus.replay(CallFileFuzz.class, CallFileFuzz::fuzzerTestOneInput);
    }
}
