package io.agentstream.agents.definition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// The definition of an agent that listens, understands and speaks: a graph of [Node]s with edges between them, the services that it
/// hears, thinks and speaks with, and what holds in the whole call. Immutable; any thread. A value of this type has been checked: every
/// name in it names something, every number is within its bounds, and no way leads round in circles without listening to the caller.
/// `docs/agents.md` has the fields.
///
/// Does not print what the agent says: prompts, lines and addresses have no place in a log.
///
/// @param engine what holds the conversation
/// @param settings what holds in the whole call, unless a node says otherwise
/// @param services what the agent hears, thinks and speaks with
/// @param prompt what the brain is told in every node, before the node's own; may be blank
/// @param variables what a variable is where neither the call nor the conversation has given it a value
/// @param outcomes the codes that the call may end with; empty: any
/// @param tools what the brain may use, by name
/// @param start name of the first node
/// @param nodes by name, in the order of the document
public record AgentGraph(
        Engine engine,
        Settings settings,
        Services services,
        Template prompt,
        Map<String, JsonNode> variables,
        Set<String> outcomes,
        Map<String, Tool> tools,
        String start,
        Map<String, Node> nodes) {

    public static final int MAX_NODES = 200;

    /// What holds the conversation.
    public enum Engine {
        /// Ear, brain and mouth, one after the other.
        CASCADE("cascade"),
        /// One service that takes speech and answers with speech: `adr/0028`.
        REALTIME("realtime");

        private final String word;

        Engine(String word) {
            this.word = word;
        }

        /// The one that a definition names; nothing where that is none of these.
        public static Optional<Engine> of(String word) {
            return Stream.of(values()).filter(engine -> engine.word.equals(word)).findFirst();
        }

        /// The value of `engine` in a definition.
        public String word() {
            return word;
        }
    }

    /// What came out of a JSON document.
    public sealed interface Parsed {

        /// @param warnings what is odd, but does no harm
        record Valid(AgentGraph graph, List<Problem> warnings) implements Parsed {}

        /// @param problems at least one, at most [GraphParser#MAX_PROBLEMS]
        record Invalid(List<Problem> problems) implements Parsed {}
    }

    /// Never throws for a bad document.
    public static Parsed parse(JsonNode json) {
        return GraphParser.parse(json, false);
    }

    /// As [#parse], of a definition that was accepted before, perhaps by other rules: what today's refuse is passed over where the same graph can be made without it, and stands
    /// in the warnings. Where it cannot, the first problem says why.
    public static Parsed stored(JsonNode json) {
        Stored.Read<Parsed> read = Stored.read(
                json, left -> GraphParser.parse(left, true), parsed -> parsed instanceof Parsed.Invalid invalid ? invalid.problems() : List.of());
        return switch (read.parsed()) {
            case Parsed.Valid valid -> new Parsed.Valid(valid.graph(), Stream.concat(read.passedOver().stream(), valid.warnings().stream()).toList());
            case Parsed.Invalid _ -> new Parsed.Invalid(read.wrong());
        };
    }

    /// @throws IllegalStateException where there is no such node, which a checked graph does not name
    public Node node(String name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new IllegalStateException("a checked definition without one of its nodes");
        }
        return node;
    }

    /// @throws IllegalStateException where there is no such tool, which a checked graph does not name
    public Tool tool(String name) {
        Tool tool = tools.get(name);
        if (tool == null) {
            throw new IllegalStateException("a checked definition without one of its tools");
        }
        return tool;
    }

    @Override
    public String toString() {
        return "AgentGraph[" + engine.word() + ", " + nodes.size() + " nodes, " + tools.size() + " tools]";
    }
}
