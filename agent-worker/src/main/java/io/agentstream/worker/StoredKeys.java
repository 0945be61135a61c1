package io.agentstream.worker;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource;
import java.util.Optional;

/// The keys that organisations have stored. Any thread.
@FunctionalInterface
interface StoredKeys {

    /// There are none.
    StoredKeys NONE = (_, _) -> Optional.empty();

    /// May block for a short while.
    ///
    /// @throws KeySource.UnreachableException where nobody can say
    Optional<Secret> find(long organizationId, String name);
}
