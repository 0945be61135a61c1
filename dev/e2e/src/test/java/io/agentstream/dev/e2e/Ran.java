package io.agentstream.dev.e2e;

import io.agentstream.cli.AgentStream;
import io.agentstream.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    /// That a run leads to the same. The journal's last batch may still be on its way.
    static Ran verified(Path data, String run) throws Exception {
        return Wait.until("the whole journal of " + run, () -> {
            Ran ran = of(Map.of(), "verify", run, "--data", data.toString());
            return Wait.when(ran.code() == 0).map(yes -> ran);
        });
    }

    /// The line in which the doctor says what is wrong about this.
    String wrong(String about) {
        return out.lines()
                .filter(line -> line.startsWith("WRONG  " + about + ":"))
                .findFirst()
                .orElseGet(() -> "no line about " + about + " in " + out);
    }

    String lastLine() {
        return out.strip().lines().toList().getLast();
    }
}
