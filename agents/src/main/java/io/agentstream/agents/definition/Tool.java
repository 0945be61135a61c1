package io.agentstream.agents.definition;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a brain may do beside talking. Immutable; any thread.
public sealed interface Tool {

    String name();

    /// Asks another system; what it answers is given to the brain.
    ///
    /// @param description what it does and when it is of use, for the brain
    /// @param parameters what the brain has to give; their names are variables in the call's templates, before all others
    /// @param into the variable that keeps what was answered; null: none
    /// @param say said meanwhile; null: nothing
    record Http(
            String name,
            String description,
            Map<String, Parameter> parameters,
            HttpCall call,
            @Nullable String into,
            @Nullable Template say)
            implements Tool {

        @Override
        public String toString() {
            return "Http[" + name + "]";
        }
    }

    /// The tools of a server that speaks the Model Context Protocol over HTTP. Does not print its address.
    ///
    /// @param url fixed
    /// @param key the name of a stored key, never the key; null: none
    /// @param keyHeader the header that carries the key; null: `Authorization`, behind `Bearer`
    /// @param allow the server's tools that may be used; empty: all
    /// @param timeoutMs how long one use may take
    /// @param maxBytes the largest answer that is taken
    record Mcp(
            String name,
            String url,
            @Nullable String key,
            @Nullable String keyHeader,
            Set<String> allow,
            int timeoutMs,
            int maxBytes)
            implements Tool {

        @Override
        public String toString() {
            return "Mcp[" + name + "]";
        }
    }

    /// Gives the caller to somebody else.
    ///
    /// @param onFailure where it leads when the agent keeps its caller; null: the brain is told, and goes on
    record Transfer(String name, String description, TransferPlan plan, @Nullable String onFailure) implements Tool {}

    /// Ends the call once the caller has heard what is being said.
    ///
    /// @param say the last line; null: what the brain says
    record HangUp(String name, String description, @Nullable Template say) implements Tool {}

    /// Presses keys for whoever listens at the other end.
    ///
    /// @param keys null: the brain says which
    record SendDtmf(String name, String description, @Nullable String keys) implements Tool {}

    /// Gives variables values.
    ///
    /// @param variables by name
    record SetVariable(String name, String description, Map<String, Parameter> variables) implements Tool {}

    /// Ends the call and says what it has achieved.
    ///
    /// @param outcomes the codes to choose from, at least one
    /// @param say the last line; null: what the brain says
    record EndWithOutcome(String name, String description, List<String> outcomes, @Nullable Template say) implements Tool {}

    /// What a brain gives to a tool.
    ///
    /// @param description for the brain
    /// @param required whether it must be given
    /// @param values the texts that it may be; empty: any
    record Parameter(Type type, String description, boolean required, List<String> values) {

        public enum Type {
            STRING,
            NUMBER,
            INTEGER,
            BOOLEAN
        }
    }
}
