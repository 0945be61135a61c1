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

/// The smallest dialogue: a script says each line, and a mouth is all that it needs. Pure, as [ScriptedFlow] is, which knows the way.
public final class ScriptedDialogue implements Dialogue {

    /// Longer texts are cut: what a mouth takes at once.
    static final int MAX_SPOKEN_CHARS = 2_000;

    private final ScriptedDefinition definition;
    private final ScriptedFlow flow;
    private final Memory memory;
    private final @Nullable Spoken spoken;

    /// What the mouth has been given.
    ///
    /// @param begun whether some of it has come
    private record Spoken(int turn, String text, Line line, boolean begun) {}

    private ScriptedDialogue(ScriptedDefinition definition, ScriptedFlow flow, Memory memory, @Nullable Spoken spoken) {
        this.definition = definition;
        this.flow = flow;
        this.memory = memory;
        this.spoken = spoken;
    }

    static ScriptedDialogue of(ScriptedDefinition definition, JsonNode context) {
        return new ScriptedDialogue(definition, new ScriptedFlow(definition, context), Memory.NEW, null);
    }

    public ScriptedDefinition definition() {
        return definition;
    }

    private ScriptedDialogue with(Memory other, @Nullable Spoken spoken) {
        return new ScriptedDialogue(definition, flow, other, spoken);
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
        String text = line.text().substring(0, Math.min(line.text().length(), MAX_SPOKEN_CHARS));
        return new Move(
                with(line.memory(), new Spoken(turn, text, line, false)),
                List.of(new ReplyBegun(turn, line.memory().node(), line.manners(), null, line.outcome())),
                List.of(new Speak(turn, 0, 0, text)));
    }

    @Override
    public Move stopped(int turn) {
        return spoken != null && spoken.turn() == turn
                ? new Move(with(memory, null), List.of(), List.of(new StopSpeaking(turn)))
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
        return this;
    }

    @Override
    public Move answered(ServiceReply reply, long nowMs) {
        Spoken now = spoken;
        if (now == null) {
            return Move.stay(this);
        }
        return switch (reply) {
            case MouthSpoke part when part.turn() == now.turn() && part.audio().length() > 0 -> new Move(
                    with(memory, new Spoken(now.turn(), now.text(), now.line(), true)),
                    List.of(new ReplyPart(now.turn(), now.begun() ? "" : now.text(), part.audio())), List.of());
            case MouthDone done when done.turn() == now.turn() -> ended(new ReplyFinished(now.turn(), now.line().then()));
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
        return memory.equals(Memory.NEW) ? null : Json.MAPPER.valueToTree(memory);
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
        return false; // a line is said whole
    }

    @Override
    public Optional<Dialogue> resumed(@Nullable JsonNode left) {
        if (left == null || left.isNull()) {
            return Optional.of(with(Memory.NEW, null));
        }
        try {
            return Optional.of(with(Json.MAPPER.treeToValue(left, Memory.class), null));
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
