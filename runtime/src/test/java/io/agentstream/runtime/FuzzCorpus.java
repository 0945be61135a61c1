package io.agentstream.runtime;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// The inputs that are worth keeping for a fuzz target, one a line in hexadecimal: `fuzz/TARGET.hex` among its test resources. Every
/// build tries them again, and [FuzzRun] begins with them. Any thread.
public final class FuzzCorpus {

    private static final int FEW = 20;

    private FuzzCorpus() {}

    static List<byte[]> of(Class<?> target) throws IOException {
        String name = "/fuzz/" + target.getSimpleName() + ".hex";
        try (InputStream in = target.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name);
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            return lines.lines().map(HexFormat.of()::parseHex).toList();
        }
    }

    /// Gives each input to `run`.
    ///
    /// @throws AssertionError with the input that fails; and where there are none to speak of
    public static void replay(Class<?> target, Consumer<byte[]> run) throws IOException {
        List<byte[]> inputs = of(target);
        if (inputs.size() < FEW) {
            throw new AssertionError(inputs.size() + " inputs");
        }
        for (byte[] input : inputs) {
            try {
                run.accept(input.clone());
            } catch (RuntimeException | Error found) {
                throw new AssertionError("input " + HexFormat.of().formatHex(input), found);
            }
        }
    }
}
