package io.agentstream.agents.dialogue;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.ScriptedFlow;
import io.agentstream.agents.ScriptedFlow.Line;
import io.agentstream.agents.ScriptedFlow.Memory;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.TransferAnswered;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The smallest dialogue: a script says each line, and a mouth is all that it needs. Pure, as [ScriptedFlow] is, which knows the way.
public final class ScriptedDialogue implements Dialogue {

    /// Longer texts are cut: what a mouth takes at once.
    static final int MAX_SPOKEN_CHARS = 2_000;

    /// Bytes in a millisecond of telephone audio.
    private static final int MS_BYTES = 8;

    /// Where a snapshot has what is left to be said of the line: absent where that is all of it, and from older writers.
    private static final String SAYING = "saying";

    private final ScriptedDefinition definition;
    private final ScriptedFlow flow;
    private final Memory memory;
    private final @Nullable Spoken spoken;
    /// What another worker's caller had not heard of its line; null where that is all of it.
    private final @Nullable List<String> left;

    /// What the mouth has been given.
    ///
    /// @param audioMs how much of it has come
    /// @param whole whether that is all
    private record Spoken(int turn, String text, Line line, long audioMs, boolean whole) {

        Spoken(int turn, String text, Line line) {
            this(turn, text, line, 0, false);
        }

        List<String> unheard(long heardMs) {
            return Unheard.sentences(text, audioMs, whole, heardMs);
        }
    }

    private ScriptedDialogue(
            ScriptedDefinition definition, ScriptedFlow flow, Memory memory, @Nullable Spoken spoken, @Nullable List<String> left) {
        this.definition = definition;
        this.flow = flow;
        this.memory = memory;
        this.spoken = spoken;
        this.left = left;
    }

    static ScriptedDialogue of(ScriptedDefinition definition, JsonNode context) {
        return new ScriptedDialogue(definition, new ScriptedFlow(definition, context), Memory.NEW, null, null);
    }

    public ScriptedDefinition definition() {
        return definition;
    }

    private ScriptedDialogue with(Memory other, @Nullable Spoken spoken) {
        return new ScriptedDialogue(definition, flow, other, spoken, null);
    }

    @Override
    public Move began(long nowMs) {
        return Move.stay(this);
    }

    @Override
    public boolean understands() {
        return false;
    }

    @Override
    public Move asked(int turn, Prompt prompt, long nowMs) {
        Line line = flow.next(memory, prompt);
        String whole = line.text().substring(0, Math.min(line.text().length(), MAX_SPOKEN_CHARS));
        ReplyBegun begun = new ReplyBegun(turn, line.memory().node(), line.manners(), null, line.outcome());
        if (left != null && left.isEmpty() && prompt instanceof Prompt.Again) {
            return new Move(with(line.memory(), null), List.of(begun, new ReplyFinished(turn, line.then())), List.of());
        }
        String text = left != null && prompt instanceof Prompt.Again ? String.join(" ", left) : whole;
        return new Move(with(line.memory(), new Spoken(turn, text, line)), List.of(begun), List.of(new Speak(turn, 0, 0, text)));
    }

    @Override
    public Move stopped(int turn) {
        return spoken != null && spoken.turn() == turn
                ? new Move(with(memory, null), List.of(), spoken.whole() ? List.of() : List.of(new StopSpeaking(turn)))
                : Move.stay(this);
    }

    @Override
    public Move callerBegan(int turn, long agoMs) {
        return Move.stay(this);
    }

    @Override
    public Move sounded() {
        return Move.stay(this);
    }

    @Override
    public Dialogue heard(int turn, long playedMs, boolean whole, boolean answers) {
        return spoken != null && spoken.turn() == turn ? with(memory, null) : this;
    }

    @Override
    public Move answered(ServiceReply reply, long nowMs) {
        Spoken now = spoken;
        if (now == null || now.whole()) {
            return Move.stay(this);
        }
        return switch (reply) {
            case MouthSpoke part when part.turn() == now.turn() && part.audio().length() > 0 -> new Move(
                    with(memory, new Spoken(now.turn(), now.text(), now.line(), now.audioMs() + part.audio().length() / MS_BYTES, false)),
                    List.of(new ReplyPart(now.turn(), now.audioMs() > 0 ? "" : now.text(), part.audio())), List.of());
            case MouthDone done when done.turn() == now.turn() -> new Move( // it is remembered until it is heard
                    with(memory, new Spoken(now.turn(), now.text(), now.line(), now.audioMs(), true)),
                    List.of(new ReplyFinished(now.turn(), now.line().then())), List.of());
            case MouthFailed failed when failed.turn() == now.turn() -> ended(new EngineFailed());
            case MouthSpoke _, MouthDone _, MouthFailed _, WordsHeard _, WordsEnded _, EarFailed _, BrainSaid _, BrainSpoke _, CallerQuoted _, BrainCalled _, BrainDone _,
                    BrainFailed _, ToolAnswered _, TransferAnswered _ -> Move.stay(this);
        };
    }

    private Move ended(EngineReply with) {
        return new Move(with(memory, null), List.of(with), List.of());
    }

    @Override
    public long dueMs() {
        return NEVER;
    }

    @Override
    public Move due(long nowMs) {
        return Move.stay(this);
    }

    @Override
    public @Nullable JsonNode memory(long heardMs) {
        if (memory.equals(Memory.NEW)) {
            return null;
        }
        ObjectNode saved = Json.MAPPER.valueToTree(memory);
        List<String> owed = owed(heardMs);
        if (owed != null) {
            owed.forEach(saved.putArray(SAYING)::add);
        }
        return saved;
    }

    /// What is to be said of the line; null where it is all of it.
    private @Nullable List<String> owed(long heardMs) {
        if (spoken == null) {
            return left;
        }
        List<String> unheard = spoken.unheard(heardMs);
        return spoken.text().equals(spoken.line().text()) && unheard.equals(spoken.unheard(0)) ? null : unheard;
    }

    @Override
    public String words() {
        return "";
    }

    @Override
    public Move ended() {
        return Move.stay(this);
    }

    @Override
    public boolean goesOnElsewhere(long beforeMs, long heardMs) {
        return spoken != null && spoken.unheard(beforeMs).size() != spoken.unheard(heardMs).size();
    }

    @Override
    public Optional<Dialogue> resumed(@Nullable JsonNode left) {
        if (left == null || left.isNull()) {
            return Optional.of(with(Memory.NEW, null));
        }
        JsonNode saying = left.path(SAYING);
        List<String> owed = saying.isArray() ? saying.valueStream().map(each -> each.asString("")).toList() : null;
        try {
            return Optional.of(new ScriptedDialogue(definition, flow, Json.MAPPER.treeToValue(left, Memory.class), null, owed));
        } catch (JacksonException foreign) {
            return Optional.empty();
        }
    }

    /// Nothing of what was said or pressed.
    @Override
    public String toString() {
        return "script at " + memory.node();
    }
}
