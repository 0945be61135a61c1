package io.agentstream.dev.e2e;

import io.agentstream.cli.AgentStream;
import io.agentstream.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What a command wrote, and its exit code.
record Ran(int code, String out, String err) {

    /// Runs a command in this process, on a terminal of its own.
    static Ran of(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        int code;
        try (PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
                PrintStream err = new PrintStream(complained, true, StandardCharsets.UTF_8)) {
            code = AgentStream.run(new Terminal(environment, out, err), arguments);
        }
        return new Ran(code, written.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
    }

    String lastLine() {
        return out.strip().lines().toList().getLast();
    }
}
