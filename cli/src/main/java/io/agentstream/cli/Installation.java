package io.agentstream.cli;

import io.agentstream.cli.api.ApiAccess;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Where the installation is that a command works on: where the environment says, or in a data directory, where a system of one
/// machine left word of itself (`demo.json`).
public final class Installation {
    private static final String WORD = "demo.json";
    private static final String SECRETS = "secrets.json";

    /// What is taken from there, by the name that it has there.
    private static final Map<String, Key<?>> LEFT = Map.of(
            "kafka_bootstrap_servers", Keys.KAFKA_BOOTSTRAP_SERVERS,
            "jdbc_url", Keys.DATABASE_URL,
            "database_user", Keys.DATABASE_USER,
            "database_password", Keys.DATABASE_PASSWORD,
            "cloudonix_url", Keys.CLOUDONIX_API_URL);

    private static final Map<String, Key<?>> KEPT =
            Map.of("credentials_key", Keys.CREDENTIALS_KEY, "call_keys_key", Keys.CALL_KEYS_KEY);

    /// As `up` has it where nobody says otherwise.
    private static final Map<String, String> OF_UP = Map.of(Keys.GATEWAY_SLOTS.variable(), "4");

    private Installation() {}

    /// As [#config], for commands that only look: where neither the option nor the environment names an installation, it is the one that `up`
    /// runs where it runs by itself, as it is for those that ask the API.
    public static Config nearest(Map<String, String> environment, @Nullable Path data, List<Key<?>> required)
            throws ConfigException, IOException {
        return nearest(environment, data, ApiAccess.USUAL, required);
    }

    static Config nearest(Map<String, String> environment, @Nullable Path data, Path usual, List<Key<?>> required)
            throws ConfigException, IOException {
        boolean isNamed = data != null
                || environment.containsKey(Keys.KAFKA_BOOTSTRAP_SERVERS.variable())
                || environment.containsKey(Keys.DATABASE_URL.variable());
        return config(environment, isNamed || !Files.exists(usual.resolve(WORD)) ? data : usual, required);
    }

    /// @param data the directory, which then says more than the environment; null: the environment says
    /// @param required keys that must have a value
    /// @throws ConfigException naming every problem of the configuration
    /// @throws IOException where no system has run in the directory, in a sentence
    public static Config config(Map<String, String> environment, @Nullable Path data, List<Key<?>> required)
            throws ConfigException, IOException {
        Map<String, String> variables = new HashMap<>(environment);
        if (data != null) {
            JsonNode word = read(data);
            LEFT.forEach((name, key) -> {
                String value = word.path(name).asString("");
                if (!value.isEmpty()) {
                    variables.put(key.variable(), value);
                }
            });
            String gateway = word.path("gateway_url").asString("");
            if (gateway.startsWith("http")) { // its socket is where its health is
                variables.put(Keys.PUBLIC_GATEWAY_URL.variable(), "ws" + gateway.substring("http".length()));
            }
            secrets(data).forEach((key, value) -> variables.put(key.variable(), value));
        }
        return Config.load(variables, data == null ? Map.of() : OF_UP, required);
    }

    /// The keys that `up` made and keeps there.
    private static Map<Key<?>, String> secrets(Path data) throws IOException {
        Path file = data.resolve(SECRETS);
        Map<Key<?>, String> found = new HashMap<>();
        if (Files.isReadable(file)) {
            try {
                JsonNode secrets = Json.MAPPER.readTree(Files.readAllBytes(file));
                KEPT.forEach((name, key) -> {
                    String value = secrets.path(name).asString("");
                    if (!value.isEmpty()) {
                        found.put(key, value);
                    }
                });
            } catch (JacksonException damaged) {
                return Map.of();
            }
        }
        return found;
    }

    private static JsonNode read(Path data) throws IOException {
        Path file = data.resolve(WORD);
        if (!Files.exists(file)) {
            throw new IOException("no system has run in " + data.toAbsolutePath().normalize()
                    + "; start one there with ./agent-stream up --data " + data);
        }
        try {
            return Json.MAPPER.readTree(Files.readAllBytes(file));
        } catch (JacksonException damaged) {
            throw new IOException(file + " is damaged; start the system again, it is written anew");
        }
    }
}
