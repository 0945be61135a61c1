package io.agentstream.dev.e2e.deploy;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the sources are, from wherever in them a test runs.
public final class Repository {

    private Repository() {}

    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docker-compose.yml"))) {
            here = here.getParent();
        }
        return here;
    }
}
