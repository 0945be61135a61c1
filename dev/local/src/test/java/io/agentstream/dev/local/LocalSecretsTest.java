package io.agentstream.dev.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalSecretsTest {

    @Test
    void areMadeOnceAndAreWhatTheServicesTake(@TempDir Path directory) throws Exception {
        LocalSecrets made = LocalSecrets.readOrMake(directory);

        LocalSecrets again = LocalSecrets.readOrMake(directory);

        assertEquals(made, again);
        Config config = Config.load(Map.of(), again.defaults(), List.of(Keys.CREDENTIALS_KEY, Keys.OPERATOR_KEY));
        assertEquals(made.operatorKey(), config.get(Keys.OPERATOR_KEY).reveal());
    }

    @Test
    void ofAnOlderVersionAreKeptAndGetAnOperatorsKey(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("secrets.json");
        Files.writeString(file, "{\"credentials_key\":\"c\",\"api_key\":\"a\",\"bearer_token\":\"b\"}");

        LocalSecrets read = LocalSecrets.readOrMake(directory);

        assertEquals(List.of("c", "a", "b"), List.of(read.credentialsKey(), read.apiKey(), read.bearerToken()));
        assertNotNull(read.operatorKey());
        assertEquals(read.operatorKey(), Json.MAPPER.readTree(Files.readString(file)).path("operator_key").asString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
}
