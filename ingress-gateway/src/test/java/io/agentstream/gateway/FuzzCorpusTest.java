package io.agentstream.gateway;

import io.agentstream.gateway.socket.HandshakeFuzz;
import io.agentstream.gateway.telephony.cloudonix.ProviderFuzz;
import io.agentstream.gateway.websocket.FrameReaderFuzz;
import io.agentstream.runtime.FuzzCorpus;
import org.junit.jupiter.api.Test;

/// What a coverage-guided fuzzer found worth keeping is tried again in every build.
final class FuzzCorpusTest {

    @Test
    void framesOfAnyBytesAreReadAlikeInAnyPieces() throws Exception {
        FuzzCorpus.replay(FrameReaderFuzz.class, FrameReaderFuzz::fuzzerTestOneInput);
    }

    @Test
    void textOfAnyBytesIsSomeMessage() throws Exception {
        FuzzCorpus.replay(ProviderFuzz.class, ProviderFuzz::fuzzerTestOneInput);
    }

    @Test
    void aRequestOfAnyBytesIsNoneOrOneThatCanBeOffered() throws Exception {
        FuzzCorpus.replay(HandshakeFuzz.class, HandshakeFuzz::fuzzerTestOneInput);
    }
}
