package io.agentstream.agents;

import io.agentstream.agents.definition.Problem;
import io.agentstream.agents.definition.Stored;
import io.agentstream.agents.definition.Template;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The definition of an agent that follows a script: lines to say, and where each leads. Immutable; a value of this type has
/// been checked. `docs/scripted-agent.md` has the table of fields.
///
/// ```json
/// {"engine": "scripted", "voice": "kevin16", "start": "greet", "nodes": {
///   "greet": {"say": "Hello! Press any key.", "on_digit": {"any": "pressed"}, "on_speech": "greet",
///             "on_silence": {"after_ms": 8000, "go": "bye"}},
///   "pressed": {"say": "You pressed {{digit}}.", "next": "bye"},
///   "bye": {"say": "Goodbye.", "hang_up": true}}}
/// ```
///
/// @param voice name of the voice
/// @param start name of the first node
/// @param nodes by name
/// @param farewell said before the call is ended for want of an answer, or because it goes round in circles
/// @param maxSilences which silence in a row ends the call
public record ScriptedDefinition(
        String voice, String start, Map<String, Node> nodes, String farewell, int maxSilences) {

    public static final String ENGINE = "scripted";
    public static final Set<String> VOICES = Set.of("kevin16");
    public static final int MAX_NODES = 200;
    public static final int MAX_TEXT_CHARS = 1_000;
    public static final int MAX_PROBLEMS = 50;

    static final String DEFAULT_VOICE = "kevin16";
    static final String DEFAULT_FAREWELL = "I am sorry, I have to end this call now. Goodbye.";
    static final int DEFAULT_MAX_SILENCES = 3;
    static final int DEFAULT_MAX_VISITS = 10;
    static final int DEFAULT_SILENCE_MS = 8_000;

    /// One line, and where it leads.
    ///
    /// @param say the line
    /// @param interruptible whether a key or speech that leads somewhere cuts the line short
    /// @param next where the line leads by itself
    /// @param onDigit where keys lead
    /// @param onAnyDigit where the keys lead that are not in `onDigit`
    /// @param onSpeech where speech leads
    /// @param silenceMs how long the caller may be silent
    /// @param onSilence where silence leads; where it is absent, the line is said once more
    /// @param hangUp whether the call ends with this line
    /// @param maxVisits how often the node may be entered in one call
    public record Node(
            String name,
            Template say,
            boolean interruptible,
            @Nullable String next,
            Map<Character, String> onDigit,
            @Nullable String onAnyDigit,
            @Nullable String onSpeech,
            int silenceMs,
            @Nullable String onSilence,
            boolean hangUp,
            int maxVisits,
            @Nullable String outcome) {}

    /// What came out of a JSON document.
    public sealed interface Parsed {

        /// @param warnings what is odd, but does no harm
        record Valid(ScriptedDefinition definition, List<Problem> warnings) implements Parsed {}

        /// @param problems at least one, at most [#MAX_PROBLEMS]
        record Invalid(List<Problem> problems) implements Parsed {}
    }

    /// Never throws for a bad document.
    public static Parsed parse(JsonNode json) {
        return new ScriptedParser().parse(json);
    }

    /// As [#parse], of a definition that was accepted before, perhaps by other rules: what today's refuse is passed over where the same script is left without it, and stands in
    /// the warnings. Where it is not, the first problem says why.
    public static Parsed stored(JsonNode json) {
        Stored.Read<Parsed> read = Stored.read(
                json, ScriptedDefinition::parse, parsed -> parsed instanceof Parsed.Invalid invalid ? invalid.problems() : List.of());
        return read.parsed() instanceof Parsed.Valid valid
                ? new Parsed.Valid(valid.definition(), read.passedOver())
                : new Parsed.Invalid(read.wrong());
    }

    Node node(String name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new IllegalStateException("a checked definition without one of its nodes");
        }
        return node;
    }
}
