package io.agentstream.gateway;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.telephony.cloudonix.ProviderFuzz;
import io.agentstream.gateway.websocket.FrameReaderFuzz;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What a coverage-guided fuzzer found worth keeping, one input a line, is tried again in every build.
final class FuzzCorpusTest {

    private static void replay(String corpus, Consumer<byte[]> target) throws IOException {
        try (InputStream in = FuzzCorpusTest.class.getResourceAsStream("/fuzz/" + corpus);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            List<String> inputs = lines.lines().toList();
            assertTrue(inputs.size() > 20, inputs.size() + " inputs");
            inputs.forEach(input -> target.accept(HexFormat.of().parseHex(input)));
        }
    }

    @Test
    void framesOfAnyBytesAreReadAlikeInAnyPieces() throws Exception {
        replay("frame-reader.hex", FrameReaderFuzz::fuzzerTestOneInput);
    }

    @Test
    void textOfAnyBytesIsSomeMessage() throws Exception {
        replay("provider.hex", ProviderFuzz::fuzzerTestOneInput);
    }
}
