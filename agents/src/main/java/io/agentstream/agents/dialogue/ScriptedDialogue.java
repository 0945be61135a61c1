package io.agentstream.agents.dialogue;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.ScriptedFlow;
import io.agentstream.agents.ScriptedFlow.Line;
import io.agentstream.agents.ScriptedFlow.Memory;
import io.agentstream.agents.conversation.ConversationEffect.Save;
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
import io.agentstream.schemas.WellFormed;
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

    /// Where a snapshot has what is left to be said of the line, and where in it each sentence ends: absent where nothing of it has sounded, and
    /// from older writers.
    private static final String SAYING = "saying";
    private static final String SAYING_MS = "saying_ms";

    private final ScriptedDefinition definition;
    private final ScriptedFlow flow;
    private final Memory memory;
    private final @Nullable Spoken spoken;
    /// What another worker's caller had not heard of its line; null where that is all of it.
    private final @Nullable List<Unheard> left;

    /// What the mouth has been given.
    ///
    /// @param number under which it was
    /// @param owed where it is what another worker had begun to say: its sentences; else nothing
    /// @param audioMs how much of it has come
    /// @param whole whether that is all
    private record Spoken(int turn, int number, String text, Line line, List<Unheard> owed, long audioMs, boolean whole) {

        Spoken(int turn, int number, String text, Line line, List<Unheard> owed) {
            this(turn, number, text, line, owed, 0, false);
        }

        Spoken with(long audio, boolean all) {
            return new Spoken(turn, number, text, line, owed, audio, all);
        }

        Speak speak() {
            return new Speak(turn, number, 0, text);
        }

        List<Unheard> unheard(long heardMs) {
            return Unheard.of(text, audioMs, whole, heardMs);
        }
    }

    private ScriptedDialogue(
            ScriptedDefinition definition, ScriptedFlow flow, Memory memory, @Nullable Spoken spoken, @Nullable List<Unheard> left) {
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
        String whole = WellFormed.beginning(line.text(), MAX_SPOKEN_CHARS);
        ReplyBegun begun = new ReplyBegun(turn, line.memory().node(), line.manners(), null, line.outcome());
        if (left == null || !(prompt instanceof Prompt.Again)) {
            Spoken all = new Spoken(turn, 0, whole, line, List.of());
            return new Move(with(line.memory(), all), List.of(begun), List.of(all.speak()));
        }
        if (left.isEmpty()) {
            return new Move(with(line.memory(), null), List.of(begun, new ReplyFinished(turn, line.then())), List.of());
        }
        Spoken rest = new Spoken(turn, 0, text(left), line, left);
        return new Move(with(line.memory(), rest), List.of(begun), List.of(rest.speak()));
    }

    private static String text(List<Unheard> sentences) {
        return String.join(" ", Unheard.texts(sentences));
    }

    @Override
    public String said(int turn, String text) {
        return text;
    }

    @Override
    public Move heardElsewhere(int turn, long heardMs, long nowMs) {
        Spoken now = spoken;
        int heard = now == null ? 0 : Unheard.heard(now.owed(), heardMs);
        if (now == null || heard == 0 || turn != now.turn() - 1 || now.audioMs() > 0 || now.whole()) {
            return Move.stay(this);
        }
        StopSpeaking stop = new StopSpeaking(now.turn());
        List<Unheard> owed = List.copyOf(now.owed().subList(heard, now.owed().size()));
        if (owed.isEmpty()) {
            return new Move(with(memory, null), List.of(new ReplyFinished(now.turn(), now.line().then())), List.of(stop, new Save()));
        }
        Spoken rest = new Spoken(now.turn(), now.number() + 1, text(owed), now.line(), owed);
        return new Move(with(memory, rest), List.of(), List.of(stop, rest.speak(), new Save()));
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
            case MouthSpoke part when isOf(now, part.turn(), part.number()) && part.audio().length() > 0 -> new Move(
                    with(memory, now.with(now.audioMs() + part.audio().length() / Speaking.MS_BYTES, false)),
                    List.of(new ReplyPart(now.turn(), now.audioMs() > 0 ? "" : now.text(), part.audio())), List.of());
            case MouthDone done when isOf(now, done.turn(), done.number()) -> new Move( // it is remembered until it is heard
                    with(memory, now.with(now.audioMs(), true)), List.of(new ReplyFinished(now.turn(), now.line().then())),
                    now.audioMs() > 0 ? List.of(new Save(true)) : List.of()); // now it is known where each sentence ends
            case MouthFailed failed when isOf(now, failed.turn(), failed.number()) -> ended(new EngineFailed());
            case MouthSpoke _, MouthDone _, MouthFailed _, WordsHeard _, WordsEnded _, EarFailed _, BrainSaid _, BrainSpoke _, CallerQuoted _, BrainCalled _, BrainDone _,
                    BrainFailed _, ToolAnswered _, TransferAnswered _ -> Move.stay(this);
        };
    }

    private static boolean isOf(Spoken now, int turn, int number) {
        return turn == now.turn() && number == now.number();
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
    public @Nullable JsonNode memory(long heardMs, long beforeMs) {
        if (memory.equals(Memory.NEW)) {
            return null;
        }
        ObjectNode saved = Json.MAPPER.valueToTree(memory);
        List<Unheard> owed = owed(heardMs);
        if (owed != null) {
            Unheard.texts(owed).forEach(saved.putArray(SAYING)::add);
            Unheard.ends(owed, beforeMs).forEach(saved.putArray(SAYING_MS)::add);
        }
        return saved;
    }

    /// What is to be said of the line; null where that is all of it, and nobody knows where its sentences end.
    private @Nullable List<Unheard> owed(long heardMs) {
        if (spoken == null) {
            return left;
        }
        return spoken.owed().isEmpty() && spoken.audioMs() == 0 ? null : spoken.unheard(heardMs);
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
        List<Unheard> owed = saying.isArray()
                ? Unheard.of(
                        saying.valueStream().map(each -> each.asString("")).toList(),
                        left.path(SAYING_MS).valueStream().map(each -> each.asLong(NEVER)).toList())
                : null;
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
