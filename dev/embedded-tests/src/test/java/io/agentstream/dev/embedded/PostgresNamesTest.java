package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said without a server.
final class PostgresNamesTest {

    @TempDir
    private Path parent;

    @ParameterizedTest
    @ValueSource(strings = {"$HOME", "a\"b", "`id`", "back\\slash", "two\nlines"})
    void refusesANameThatAShellWouldRead(String name) {
        // given, when
        StartFailedException refusal =
                assertThrows(StartFailedException.class, () -> EmbeddedPostgres.start(parent.resolve(name), 0));

        // then
        assertTrue(refusal.getMessage().contains("may not be in the path"), refusal.getMessage());
    }

    @Test
    void knowsThePlatformsByTheirArchives() {
        // given, when, then
        assertEquals("linux-x86_64", PostgresBinaries.platform("Linux", "amd64"));
        assertEquals("linux-arm_64", PostgresBinaries.platform("Linux", "aarch64"));
        assertEquals("darwin-arm_64", PostgresBinaries.platform("Mac OS X", "aarch64"));
        for (String platform : List.of("linux-x86_64", "linux-arm_64", "darwin-x86_64", "darwin-arm_64")) {
            assertTrue(
                    PostgresBinaries.class.getResource("/postgres-" + platform + ".txz") != null, platform);
        }
    }
}
