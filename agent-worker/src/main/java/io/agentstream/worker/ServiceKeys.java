package io.agentstream.worker;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keys of outside services that the operator gives all agents, by name. They are used at the services' own addresses only: whoever writes
/// a definition may name any address, and would otherwise be sent the operator's key. Any thread.
public final class ServiceKeys {

    private final Map<String, Secret> keys;

    private ServiceKeys(Map<String, Secret> keys) {
        this.keys = keys;
    }

    /// @param text as configured: `openai=sk-1,deepgram=2`; empty for none. A key may hold a `=`, not a comma
    /// @throws IllegalArgumentException where it is not of that form; the message quotes nothing of it
    public static ServiceKeys parse(Secret text) {
        Map<String, Secret> keys = new HashMap<>();
        for (String entry : text.reveal().isBlank() ? new String[0] : text.reveal().split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            String key = entry.substring(equals + 1).strip();
            if (name.isEmpty() || key.isEmpty() || keys.put(name, new Secret(key)) != null) {
                throw new IllegalArgumentException("must be name=key,name=key, each name once");
            }
        }
        return new ServiceKeys(Map.copyOf(keys));
    }

    /// @param name as in the definition; null where the service wants no key: then an empty one is sent
    /// @param baseUrl as in the definition; null for the service's own address
    public KeySource source(@Nullable String name, @Nullable URI baseUrl) {
        return () -> {
            if (name == null) {
                return new Secret("");
            }
            Secret key = keys.get(name);
            if (key == null || baseUrl != null) {
                throw new IllegalStateException("no such key");
            }
            return key;
        };
    }
}
