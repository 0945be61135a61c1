package io.agentstream.cli.doctor;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What was found about one thing.
///
/// @param about what it is about, one word
/// @param says what is so
/// @param remedy what to do; null where it is well
public record Finding(String about, String says, @Nullable String remedy) {

    static Finding ok(String about, String says) {
        return new Finding(about, says, null);
    }

    static Finding wrong(String about, String says, String remedy) {
        return new Finding(about, says, remedy);
    }

    /// What to do where the system of one machine, whose data is in `data`, does not run: what it listens on is nobody's to configure.
    static String start(Path data) {
        return "start the system: ./agent-stream up --data " + data;
    }

    public boolean isOk() {
        return remedy == null;
    }

    /// One line, however long.
    public String line() {
        String text = isOk() ? "ok     " + about + ": " + says : "WRONG  " + about + ": " + says + ". To do: " + remedy;
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
