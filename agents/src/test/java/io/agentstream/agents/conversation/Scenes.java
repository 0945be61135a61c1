package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// States and inputs that the tests of the machine begin with.
final class Scenes {

    static final long T0 = 1_000_000L;
    static final Manners OPEN = new Manners(true, true, "12#", 8_000);
    static final Manners FIRM = new Manners(false, true, "12#", 8_000);
    /// Listens to nothing but keys, of which it has none.
    static final Manners MUTE = new Manners(true, false, "", 8_000);
    static final JsonNode MEMORY = Json.MAPPER.readTree("{\"node\":\"greet\"}");

    record At(long ms, ConversationInput input) {}

    private Scenes() {}

    static Conversation at(Floor floor) {
        return Conversation.NEW.with(floor);
    }

    static Slice audio(int ms) {
        return Slice.of(new byte[ms * 8]);
    }

    static ConversationInput started() {
        return new ConversationInput.RunStarted(true);
    }

    static ReplyBegun begun(int turn, Manners manners) {
        return new ReplyBegun(turn, "greet", manners, MEMORY, null);
    }

    static ReplyPart part(int turn, int ms) {
        return new ReplyPart(turn, "Hello.", audio(ms));
    }

    static ReplyFinished finished(int turn, Then then) {
        return new ReplyFinished(turn, then);
    }

    static ConversationInput.AudioHeard frame() {
        return frame(T0);
    }

    /// A frame that the gateway saw at that time.
    static ConversationInput.AudioHeard frame(long atMs) {
        return new ConversationInput.AudioHeard(
                new MediaFrame.Audio(CallId.of(T0, 1, 1), 9, atMs, 0, audio(20)));
    }

    /// Where these inputs lead, one after the other at `T0`.
    static Conversation after(ConversationInput... inputs) {
        return after(Conversation.NEW, inputs);
    }

    static Conversation after(Conversation state, ConversationInput... inputs) {
        for (ConversationInput input : inputs) {
            state = ConversationMachine.step(state, T0, input).state();
        }
        return state;
    }

    static Conversation thinking(Manners manners) {
        return after(started(), begun(1, manners));
    }

    /// A second of audio is on its way, and its mark is asked for.
    static Conversation speaking(Manners manners, Then then) {
        return after(started(), begun(1, manners), part(1, 1_000), finished(1, then));
    }

    /// Ten seconds are on their way, of which hardly any is heard.
    static Conversation speakingLong(Manners manners) {
        return after(started(), begun(1, manners), part(1, 10_000), finished(1, Then.LISTEN));
    }

    /// The caller makes a sound into such a line.
    static Conversation held(Manners manners) {
        return after(speakingLong(manners), new ConversationInput.SpeechStarted(160));
    }

    static Conversation listening() {
        return asked(OPEN);
    }

    /// The line is over, and the caller is waited for.
    static Conversation asked(Manners manners) {
        return after(speaking(manners, Then.LISTEN), new ConversationInput.MarkReached(1));
    }

    static List<ConversationEffect> effects(List<At> story) {
        List<ConversationEffect> all = new ArrayList<>();
        Conversation state = Conversation.NEW;
        for (At each : story) {
            Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, each.ms(), each.input());
            all.addAll(step.effects());
            state = step.state();
        }
        return all;
    }

    /// Every state, by name.
    static List<Conversation> states() {
        return List.of(
                Conversation.NEW,
                after(new ConversationInput.RunStarted(false)),
                after(started()),
                thinking(OPEN),
                after(started(), begun(1, OPEN), part(1, 500)),
                after(started(), begun(1, OPEN), part(1, 25_000)),
                speaking(OPEN, Then.LISTEN),
                speaking(FIRM, Then.HANG_UP),
                held(OPEN),
                after(held(OPEN.with(new BargeIn(0, 0, true), Patience.USUAL)), new ConversationInput.SpeechStopped(160, 200)),
                after(listening(), new ConversationInput.SpeechStarted(500), new ConversationInput.SpeechStopped(300, 200)),
                listening(),
                ConversationMachine.step(listening(), T0, new ConversationInput.SpeechStarted(100)).state(),
                at(new Floor.Ended(4)));
    }

    /// Every kind of input, for the turn of the states above and for others.
    static List<ConversationInput> inputs() {
        List<ConversationInput> inputs = new ArrayList<>(List.of(
                started(),
                new ConversationInput.RunStarted(false),
                frame(),
                new ConversationInput.SpeechStarted(120),
                new ConversationInput.SpeechStopped(900, 500),
                new ConversationInput.SpeechStopped(300, 200),
                new ConversationInput.CallerWords(1, true, ConversationInput.Ending.ANSWER),
                new ConversationInput.CallerWords(3, false, ConversationInput.Ending.OPEN),
                new ConversationInput.DigitPressed('1'),
                new ConversationInput.DigitPressed('9'),
                new ConversationInput.DeadlinePassed(),
                new ConversationInput.CallEnded(),
                new ConversationInput.EngineFailed(),
                new ConversationInput.TurnWanted(),
                new ConversationInput.Broken("bug"),
                new ConversationInput.Broken(ConversationInput.Broken.OVERRUN)));
        for (SavedConversation.Phase phase : SavedConversation.Phase.values()) {
            inputs.add(new ConversationInput.Resumed(new SavedConversation(phase, 4, OPEN, MEMORY), 700));
        }
        for (int turn = 0; turn <= 3; turn++) {
            inputs.add(new ConversationInput.MarkReached(turn));
            inputs.add(new ConversationInput.Played(turn, 400, false));
            inputs.add(new ConversationInput.Played(turn, 1_000, true));
            inputs.add(begun(turn, OPEN));
            inputs.add(part(turn, 300));
            inputs.add(finished(turn, Then.GO_ON));
        }
        return inputs;
    }
}
