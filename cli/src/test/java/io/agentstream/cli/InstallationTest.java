package io.agentstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which installation a command looks at.
final class InstallationTest {

    private static final List<Key<?>> REQUIRED = List.of(Keys.KAFKA_BOOTSTRAP_SERVERS);

    @TempDir
    private Path folder;

    private Path systemAt(String name, String kafka) throws Exception {
        Path data = Files.createDirectory(folder.resolve(name));
        Files.writeString(data.resolve("demo.json"), "{\"kafka_bootstrap_servers\":\"" + kafka + "\"}");
        return data;
    }

    private static String kafka(Map<String, String> environment, @Nullable Path data, Path usual) throws Exception {
        return Installation.nearest(environment, data, usual, REQUIRED).get(Keys.KAFKA_BOOTSTRAP_SERVERS);
    }

    @Test
    void itIsTheOneThatRunsWhereUpRunsByItselfIfNobodyNamesOne() throws Exception {
        Path usual = systemAt("usual", "usual:1");

        assertEquals("usual:1", kafka(Map.of(), null, usual));
        assertEquals("usual:1", kafka(Map.of("LANG", "C"), null, usual));
    }

    @Test
    void theOneThatIsNamedComesFirst() throws Exception {
        Path usual = systemAt("usual", "usual:1");
        Path named = systemAt("named", "named:1");
        Map<String, String> environment = Map.of(Keys.KAFKA_BOOTSTRAP_SERVERS.variable(), "production:1");

        assertEquals("named:1", kafka(Map.of(), named, usual));
        assertEquals("named:1", kafka(environment, named, usual));
        assertEquals("production:1", kafka(environment, null, usual));
    }

    /// A database that is named without its Kafka is another installation's, and no word about ours helps it.
    @Test
    void halfAnInstallationIsNotMadeWholeByAnother() throws Exception {
        Path usual = systemAt("usual", "usual:1");
        Map<String, String> environment = Map.of(Keys.DATABASE_URL.variable(), "jdbc:postgresql://production/db");

        ConfigException refused = assertThrows(ConfigException.class, () -> kafka(environment, null, usual));

        assertTrue(String.valueOf(refused.getMessage()).contains(Keys.KAFKA_BOOTSTRAP_SERVERS.variable()), refused.getMessage());
    }

    @Test
    void whereNoneRunsTheVariablesAreAskedFor() {
        assertThrows(ConfigException.class, () -> kafka(Map.of(), null, folder.resolve("nothing")));
    }
}
