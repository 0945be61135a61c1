package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/configuration.md` is the list of keys. `mvn test -pl runtime -am -Ddocs.update=true` writes it anew.
final class ConfigurationDocTest {

    private static final Path PAGE = Path.of("../docs/configuration.md");

    @Test
    void thePageIsWhatTheKeysSay() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Configuration

                <!-- Generated from Keys.java by ConfigurationDocTest; do not edit. -->

                Environment variables. A wrong value stops the process with exit code 78, after every problem was said at once.
                Keys without a default have to be set where a service needs them. Durations are written as `200ms`, `10s`, `5m`,
                `24h`, `7d`. Secrets are never printed.

                | Variable | Default | Value | |
                |---|---|---|---|
                """);
        for (Key<?> key : Keys.ALL) {
            page.append("| `").append(key.variable()).append("` | ")
                    .append(key.defaultText().filter(text -> !text.isEmpty()).map(text -> "`" + text + "`").orElse("none"))
                    .append(" | ").append(key.shown() == Key.Shown.NEVER ? "secret, " : "").append(key.kind())
                    .append(" | ").append(key.says()).append(" |\n");
        }
        if (Boolean.getBoolean("docs.update")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }

        assertEquals(Files.readString(PAGE), page.toString(), "a key changed: see ConfigurationDocTest");
    }
}
