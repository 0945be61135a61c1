package io.agentstream.dev.bench.system;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The configuration of the services: what a person set, and over it the addresses and secrets of the parts as they come up. One
/// thread.
public final class Wiring {

    /// What the bench itself decides: addresses, secrets, and how the embedded parts are reached.
    private static final Pattern OURS =
            Pattern.compile(".*_(PORT|ADDRESS|URL|SERVERS|USER|PASSWORD|CREDENTIALS_KEY|CALL_KEYS_KEY|OPERATOR_KEY|OPTS)|AGENT_STREAM_(TLS|KAFKA_(SSL|SASL|SECURITY))_.*");

    private final Map<String, String> environment = new HashMap<>();

    /// @param variables configuration variables that a person set, as of [#measurable(Map)]
    public Wiring(Map<String, String> variables) {
        environment.putAll(variables);
        put(Keys.BIND_ADDRESS, "127.0.0.1");
        put(Keys.GATEWAY_PORT, 0);
        put(Keys.GATEWAY_ADMIN_PORT, 0);
        put(Keys.API_PORT, 0);
        put(Keys.API_ADMIN_PORT, 0);
        put(Keys.WORKER_PORT, 0);
    }

    /// Those of an environment's configuration variables that may make the system faster or slower. None of them is a secret.
    public static Map<String, String> measurable(Map<String, String> environment) {
        Map<String, String> measurable = new TreeMap<>();
        environment.forEach((variable, text) -> {
            if (variable.startsWith(Key.PREFIX) && !OURS.matcher(variable).matches()) {
                measurable.put(variable, text);
            }
        });
        return measurable;
    }

    /// Sets a variable, whoever set it before.
    public Wiring put(Key<?> key, Object value) {
        environment.put(key.variable(), value.toString());
        return this;
    }

    /// For a service.
    public ServicePart.Settings settings() {
        return new ServicePart.Settings(Map.copyOf(environment));
    }

    /// For the bench itself.
    ///
    /// @throws IOException naming what cannot be used
    public Config config() throws IOException {
        try {
            return Config.load(environment, Map.of(), List.of());
        } catch (ConfigException wrong) {
            throw new IOException("the services cannot be configured: " + wrong.getMessage(), wrong);
        }
    }
}
