package io.agentstream.worker.definitions;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Where the text of an agent's definition is found by its key. Any thread.
public interface Definitions {

    /// Does not wait. Nothing: it is not here yet, and may be in a moment.
    Optional<JsonNode> find(String key);

    /// Whether what was written before this worker began is known. Until then nothing can be said of a definition that is not found.
    boolean ready();
}
