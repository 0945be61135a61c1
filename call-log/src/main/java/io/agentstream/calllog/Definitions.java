package io.agentstream.calllog;

import io.agentstream.schemas.AgentDefinition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Where agents' definitions are. Any thread.
@FunctionalInterface
public interface Definitions {

    /// The definition of this key on `agent.definitions.v1`; null where it is nowhere any more.
    ///
    /// @throws IOException where it cannot be looked up, in a sentence
    @Nullable AgentDefinition find(String key) throws IOException;
}
