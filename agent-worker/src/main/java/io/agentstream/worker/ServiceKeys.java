package io.agentstream.worker;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The keys of outside services, by name: those that an organisation has stored, and behind them those that the operator lends to all. The
/// operator's are used at the services' own addresses only: whoever writes a definition may name any address, and would otherwise be sent
/// them. Any thread.
public final class ServiceKeys {

    private final Map<String, Secret> operators;
    private final StoredKeys stored;

    public ServiceKeys(Map<String, Secret> operators, StoredKeys stored) {
        this.operators = Map.copyOf(operators);
        this.stored = stored;
    }

    /// @param name as in the definition; null where no key is wanted: then an empty one is sent
    /// @param isServicesOwn whether it is sent to the service's own address, and not to one that the definition names
    public KeySource source(long organizationId, @Nullable String name, boolean isServicesOwn) {
        return () -> {
            if (name == null) {
                return new Secret("");
            }
            Optional<Secret> own = stored.find(organizationId, name);
            Secret key = own.orElse(isServicesOwn ? operators.get(name) : null);
            if (key == null) {
                throw new IllegalStateException("no such key");
            }
            return key;
        };
    }
}
