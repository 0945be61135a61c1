package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.Scenes.FIRM;
import static io.agentstream.agents.conversation.Scenes.MEMORY;
import static io.agentstream.agents.conversation.Scenes.MUTE;
import static io.agentstream.agents.conversation.Scenes.OPEN;
import static io.agentstream.agents.conversation.Scenes.T0;
import static io.agentstream.agents.conversation.Scenes.after;
import static io.agentstream.agents.conversation.Scenes.asked;
import static io.agentstream.agents.conversation.Scenes.audio;
import static io.agentstream.agents.conversation.Scenes.begun;
import static io.agentstream.agents.conversation.Scenes.finished;
import static io.agentstream.agents.conversation.Scenes.frame;
import static io.agentstream.agents.conversation.Scenes.held;
import static io.agentstream.agents.conversation.Scenes.listening;
import static io.agentstream.agents.conversation.Scenes.part;
import static io.agentstream.agents.conversation.Scenes.speaking;
import static io.agentstream.agents.conversation.Scenes.speakingLong;
import static io.agentstream.agents.conversation.Scenes.started;
import static io.agentstream.agents.conversation.Scenes.thinking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.AskForMark;
import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Flow;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Hear;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.SavedConversation.Phase;
import io.agentstream.runtime.StateDiagram;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ConversationMachineTest {

    /// A case: in this state, 100 ms after `T0`, this input gives exactly these effects and a state of this kind.
    record Row(
            String name, Conversation given, ConversationInput when, Class<? extends Floor> then, int turn,
            List<ConversationEffect> effects) {}

    private static final long NOW = T0 + 100;
    private static final Save SAVE = new Save();

    private static Row row(
            String name, Conversation given, ConversationInput when, Class<? extends Floor> then, int turn,
            ConversationEffect... effects) {
        return new Row(name, given, when, then, turn, List.of(effects));
    }

    private static Tell tell(Fact fact) {
        return new Tell(fact);
    }

    private static SetDeadline deadline(long afterNowMs) {
        return new SetDeadline(NOW + afterNowMs);
    }

    /// The caller hears the first of turn 1, for which it waited since the beginning; scenes take no time.
    private static final Tell AUDIBLE = tell(new Fact.Latency(1, "first_played", 0));

    private static Play play(int turn, int ms) {
        return new Play(turn, 160, audio(ms));
    }

    private static Tell said(int turn, long ms, boolean whole) {
        return tell(new Fact.Said(turn, "Hello.", ms, whole));
    }

    private static List<Row> rows() {
        SetDeadline thinkLimit = deadline(FloorMachine.THINK_LIMIT_MS);
        SetDeadline speechLimit = deadline(FloorMachine.SPEECH_LIMIT_MS);
        Conversation hearing = ConversationMachine.step(listening(), T0, new SpeechStarted(100)).state();
        return List.of(
                row("a run begins with the engine's opening", Conversation.NEW, started(), Floor.Thinking.class, 1,
                        tell(new Fact.Began()), new Think(1, Prompt.OPENING), thinkLimit, SAVE),
                row("an engine that takes no turns just flows", Conversation.NEW, new ConversationInput.RunStarted(false),
                        Floor.Bridged.class, 1,
                        tell(new Fact.Began()), new Flow(1), tell(new Fact.TurnStarted(1, Party.AGENT)), SAVE),
                row("a flowing engine hears each frame", after(new ConversationInput.RunStarted(false)), frame(),
                        Floor.Bridged.class, 1, new Hear(frame().frame())),
                row("what flows back is one message as long as it is", after(new ConversationInput.RunStarted(false)), part(1, 20),
                        Floor.Bridged.class, 1, new Play(1, 160, audio(20))),
                row("the engine says where it goes", after(started()), begun(1, OPEN), Floor.Thinking.class, 1,
                        tell(new Fact.NodeEntered("greet", null)), SAVE),
                row("the first audio begins the agent's turn", thinking(OPEN), part(1, 1_000), Floor.Speaking.class, 1,
                        tell(new Fact.TurnStarted(1, Party.AGENT)), tell(new Fact.Latency(1, "first_audio", 100)),
                        new Play(1, 160, audio(1_000)), deadline(1_000 + FloorMachine.THINK_LIMIT_MS)),
                row("the end of the answer asks for a mark", after(started(), begun(1, OPEN), part(1, 1_000)),
                        finished(1, Then.LISTEN), Floor.Speaking.class, 1,
                        new AskForMark(1), deadline(900 + Speech.MARK_GRACE_MS)),
                row("an answer without audio leads on at once", thinking(OPEN), finished(1, Then.GO_ON),
                        Floor.Thinking.class, 2, new Think(2, Prompt.GO_ON), thinkLimit),
                row("the mark ends the line", speaking(OPEN, Then.LISTEN), new MarkReached(1), Floor.Listening.class, 1,
                        AUDIBLE, said(1, 1_000, true), deadline(8_000), SAVE),
                row("so does playback to the end", speaking(OPEN, Then.LISTEN), new Played(1, 1_000, true),
                        Floor.Listening.class, 1, AUDIBLE, said(1, 1_000, true), deadline(8_000), SAVE),
                row("so does the deadline of a lost mark", speaking(OPEN, Then.LISTEN), new DeadlinePassed(),
                        Floor.Listening.class, 1, AUDIBLE, said(1, 1_000, true), deadline(8_000), SAVE),
                row("playback that ended before the newest audio came ends nothing", speaking(OPEN, Then.LISTEN),
                        new Played(1, 400, true), Floor.Speaking.class, 1, AUDIBLE),
                row("a line may lead on by itself", speaking(OPEN, Then.GO_ON), new MarkReached(1),
                        Floor.Thinking.class, 2, AUDIBLE, said(1, 1_000, true), new Think(2, Prompt.GO_ON), thinkLimit),
                row("after the goodbye the agent hangs up", speaking(FIRM, Then.HANG_UP), new MarkReached(1),
                        Floor.Ended.class, 1, AUDIBLE, said(1, 1_000, true), new ClearDeadline(),
                        tell(new Fact.HungUp(End.AGENT_HANGUP)), new HangUp(null), SAVE),
                row("speech cuts the line short", speaking(OPEN, Then.LISTEN), new SpeechStarted(120), Floor.Listening.class, 2,
                        new StopThinking(1), new Clear(1), tell(new Fact.Interrupted(1)), AUDIBLE, said(1, 100, false),
                        tell(new Fact.Latency(1, "barge_in", 120)), tell(new Fact.TurnStarted(2, Party.CALLER)), speechLimit),
                row("a key cuts the line short and is answered", speaking(OPEN, Then.LISTEN), new DigitPressed('1'),
                        Floor.Thinking.class, 2,
                        new StopThinking(1), new Clear(1), tell(new Fact.Interrupted(1)), AUDIBLE, said(1, 100, false),
                        tell(new Fact.TurnStarted(2, Party.CALLER)), tell(new Fact.Heard(2, "1", null)),
                        new Think(2, new Prompt.Key('1')), thinkLimit),
                row("a key that leads nowhere does not", speaking(OPEN, Then.LISTEN), new DigitPressed('9'),
                        Floor.Speaking.class, 1),
                row("a firm line is not cut by a key", speaking(FIRM, Then.LISTEN), new DigitPressed('1'), Floor.Speaking.class, 1),
                row("nor by speech", speaking(FIRM, Then.LISTEN), new SpeechStarted(120), Floor.Speaking.class, 1),
                row("a key replaces an answer that is being made", thinking(OPEN), new DigitPressed('2'), Floor.Thinking.class, 2,
                        new StopThinking(1), tell(new Fact.TurnStarted(2, Party.CALLER)), tell(new Fact.Heard(2, "2", null)),
                        new Think(2, new Prompt.Key('2')), thinkLimit),
                row("speech begins the caller's turn", listening(), new SpeechStarted(120), Floor.Listening.class, 2,
                        tell(new Fact.TurnStarted(2, Party.CALLER)), speechLimit),
                row("a pause is not known to be its end", hearing, new SpeechStopped(900, 200), Floor.Listening.class, 2, deadline(540)),
                row("until it has lasted", after(hearing, new SpeechStopped(900, 200)), new DeadlinePassed(), Floor.Thinking.class, 2,
                        tell(new Fact.Heard(2, null, 900L)), new Think(2, new Prompt.Speech(900)), thinkLimit),
                row("or had lasted when it was known", hearing, new SpeechStopped(900, 800), Floor.Thinking.class, 2,
                        tell(new Fact.Heard(2, null, 900L)), new Think(2, new Prompt.Speech(900)), thinkLimit),
                row("who goes on has only paused", after(hearing, new SpeechStopped(900, 200)), new SpeechStarted(160),
                        Floor.Listening.class, 2, deadline(FloorMachine.SPEECH_LIMIT_MS - 1_200)),
                row("speech makes the agent fall silent in the middle of a line", speakingLong(OPEN), new SpeechStarted(160),
                        Floor.Held.class, 1, new Clear(1), AUDIBLE, deadline(Interrupting.MEANT_MS + Interrupting.KNOWN_MS - 160)),
                row("which goes on where it was when that was nothing", held(OPEN), new SpeechStopped(160, 200), Floor.Speaking.class, 2,
                        SAVE, play(2, 1_000), play(2, 1_000), play(2, 1_000), play(2, 1_000), play(2, 1_000), play(2, 1_000), play(2, 1_000),
                        play(2, 1_000), play(2, 1_000), play(2, 1_000), new AskForMark(2), deadline(10_000 + Speech.MARK_GRACE_MS)),
                row("and is cut when the caller speaks on", held(OPEN), new DeadlinePassed(), Floor.Listening.class, 2,
                        new StopThinking(1), tell(new Fact.Interrupted(1)), said(1, 0, false), tell(new Fact.Latency(1, "barge_in", 160)),
                        tell(new Fact.TurnStarted(2, Party.CALLER)), speechLimit),
                row("a key cuts it too", held(OPEN), new DigitPressed('1'), Floor.Thinking.class, 2,
                        new StopThinking(1), tell(new Fact.Interrupted(1)), said(1, 0, false), tell(new Fact.TurnStarted(2, Party.CALLER)),
                        tell(new Fact.Heard(2, "1", null)), new Think(2, new Prompt.Key('1')), thinkLimit),
                row("the end of the call while the agent has fallen silent", held(OPEN), new ConversationInput.CallEnded(), Floor.Ended.class,
                        2, new StopThinking(1), new ClearDeadline(), said(1, 0, false), tell(new Fact.TurnStarted(2, Party.CALLER)),
                        tell(new Fact.Heard(2, null, 260L))),
                row("who speaks into a firm line is heard when it is over", talkedInto(speaking(FIRM, Then.LISTEN)),
                        new MarkReached(1), Floor.Listening.class, 2, AUDIBLE, said(1, 1_000, true),
                        tell(new Fact.TurnStarted(2, Party.CALLER)), speechLimit, SAVE),
                row("and is not silent where speech leads nowhere", talkedInto(speaking(MUTE, Then.LISTEN)),
                        new MarkReached(1), Floor.Listening.class, 1, AUDIBLE, said(1, 1_000, true), speechLimit, SAVE),
                row("nor is who begins to speak there", asked(MUTE), new SpeechStarted(120), Floor.Listening.class, 1, speechLimit),
                row("the silence is counted from the end of the speech", talkedInto(asked(MUTE)), new SpeechStopped(900, 500),
                        Floor.Listening.class, 1, deadline(8_000)),
                row("who talks for a minute where speech leads nowhere hears the line once more", talkedInto(asked(MUTE)),
                        new DeadlinePassed(), Floor.Thinking.class, 2, new Think(2, Prompt.UNHEARD), thinkLimit),
                row("who talks on after the answer is heard again",
                        after(talkedInto(listening()), new DeadlinePassed(), begun(2, OPEN)), finished(2, Then.LISTEN),
                        Floor.Listening.class, 3, tell(new Fact.TurnStarted(3, Party.CALLER)), speechLimit, SAVE),
                row("a key that was pressed in a firm line is answered when it is over",
                        after(speaking(FIRM, Then.LISTEN), new DigitPressed('2')), new MarkReached(1), Floor.Thinking.class, 2,
                        AUDIBLE, said(1, 1_000, true), tell(new Fact.TurnStarted(2, Party.CALLER)), tell(new Fact.Heard(2, "2", null)),
                        new Think(2, new Prompt.Key('2')), thinkLimit),
                row("one that was pressed before anybody spoke, as soon as somebody takes keys",
                        after(started(), new DigitPressed('9'), new DigitPressed('1')), begun(1, OPEN), Floor.Thinking.class, 2,
                        tell(new Fact.NodeEntered("greet", null)), SAVE, new StopThinking(1), tell(new Fact.TurnStarted(2, Party.CALLER)),
                        tell(new Fact.Heard(2, "1", null)), new Think(2, new Prompt.Key('1')), thinkLimit),
                row("in a firm line it waits for the line's end", after(started(), new DigitPressed('1')), begun(1, FIRM),
                        Floor.Thinking.class, 1, tell(new Fact.NodeEntered("greet", null)), SAVE),
                row("speech without end is answered in the end", hearing, new DeadlinePassed(), Floor.Thinking.class, 2,
                        tell(new Fact.Heard(2, null, 200L)), new Think(2, new Prompt.Speech(200)), thinkLimit),
                row("a key within speech belongs to the same turn", hearing, new DigitPressed('1'), Floor.Thinking.class, 2,
                        tell(new Fact.Heard(2, "1", null)), new Think(2, new Prompt.Key('1')), thinkLimit),
                row("a key is answered", listening(), new DigitPressed('#'), Floor.Thinking.class, 2,
                        tell(new Fact.TurnStarted(2, Party.CALLER)), tell(new Fact.Heard(2, "#", null)),
                        new Think(2, new Prompt.Key('#')), thinkLimit),
                row("a key that leads nowhere shows that somebody is there", listening(), new DigitPressed('9'),
                        Floor.Listening.class, 1, deadline(8_000)),
                row("silence is answered too", listening(), new DeadlinePassed(), Floor.Thinking.class, 2,
                        new Think(2, Prompt.SILENCE), thinkLimit),
                row("an engine that is silent for too long fails the call", thinking(OPEN), new DeadlinePassed(), Floor.Ended.class, 1,
                        new StopThinking(1), new ClearDeadline(), new HangUp(Failure.INTERNAL_ERROR)),
                row("so does one that breaks", listening(), new ConversationInput.EngineFailed(), Floor.Ended.class, 1,
                        new ClearDeadline(), new HangUp(Failure.INTERNAL_ERROR)),
                row("so does whatever breaks beside the machine", Conversation.NEW, new ConversationInput.Broken("no_key"),
                        Floor.Ended.class, 0, new ClearDeadline(), new HangUp(Failure.INTERNAL_ERROR)),
                row("but what the agent's services have done is paid as any call that its agent ends", listening(),
                        new ConversationInput.Broken(ConversationInput.Broken.OVERRUN), Floor.Ended.class, 1,
                        new ClearDeadline(), tell(new Fact.HungUp(End.AGENT_HANGUP)), new HangUp(null), SAVE),
                row("audio that comes after its answer's end is passed over", speaking(OPEN, Then.LISTEN), part(1, 100),
                        Floor.Speaking.class, 1),
                row("and so is a second end", speaking(OPEN, Then.LISTEN), finished(1, Then.HANG_UP), Floor.Speaking.class, 1),
                row("and what comes of another turn", after(started(), begun(1, OPEN), part(1, 500)), part(2, 100),
                        Floor.Speaking.class, 1),
                row("a key that was pressed first of all is answered as soon as somebody takes keys",
                        after(started(), new DigitPressed('1')), begun(1, OPEN), Floor.Thinking.class, 2,
                        tell(new Fact.NodeEntered("greet", null)), SAVE, new StopThinking(1), tell(new Fact.TurnStarted(2, Party.CALLER)),
                        tell(new Fact.Heard(2, "1", null)), new Think(2, new Prompt.Key('1')), thinkLimit),
                row("and the one behind it at the next node",
                        after(started(), new DigitPressed('9'), new DigitPressed('1'), new DigitPressed('2'), begun(1, OPEN)), begun(2, OPEN),
                        Floor.Thinking.class, 3,
                        tell(new Fact.NodeEntered("greet", null)), SAVE, new StopThinking(2), tell(new Fact.TurnStarted(3, Party.CALLER)),
                        tell(new Fact.Heard(3, "2", null)), new Think(3, new Prompt.Key('2')), thinkLimit),
                row("an answer that takes long, and is seen to, is waited for anew", thinking(OPEN), new ConversationInput.ReplyDelayed(1),
                        Floor.Thinking.class, 1, thinkLimit),
                row("also in the middle of it", after(started(), begun(1, OPEN), part(1, 1_000)), new ConversationInput.ReplyDelayed(1),
                        Floor.Speaking.class, 1, deadline(900 + FloorMachine.THINK_LIMIT_MS)),
                row("an answer to an older turn is passed over", thinking(OPEN), part(7, 100), Floor.Thinking.class, 1),
                row("the end of the call while a line is spoken", speaking(OPEN, Then.LISTEN), new ConversationInput.CallEnded(),
                        Floor.Ended.class, 1, new StopThinking(1), new ClearDeadline(), said(1, 100, false)),
                row("the end of the call while the caller is asked", listening(), new ConversationInput.CallEnded(),
                        Floor.Ended.class, 1, new ClearDeadline()),
                row("the end of the call in the middle of what the caller says", hearing, new ConversationInput.CallEnded(),
                        Floor.Ended.class, 2, new ClearDeadline(), tell(new Fact.Heard(2, null, 200L))),
                row("and of what the caller says into a line", talkedInto(speaking(FIRM, Then.LISTEN)), new ConversationInput.CallEnded(),
                        Floor.Ended.class, 2, new StopThinking(1), new ClearDeadline(), said(1, 100, false),
                        tell(new Fact.TurnStarted(2, Party.CALLER)), tell(new Fact.Heard(2, null, 200L))),
                row("a line that was being spoken is said again", Conversation.NEW, resumed(Phase.SPEAKING), Floor.Thinking.class, 5,
                        tell(new Fact.Resumed(700)), new Clear(4), new Think(5, Prompt.AGAIN), thinkLimit, SAVE),
                row("a caller who was asked is waited for", Conversation.NEW, resumed(Phase.LISTENING), Floor.Listening.class, 4,
                        tell(new Fact.Resumed(700)), new Clear(4), deadline(8_000), SAVE),
                row("whose keys are not lost", Conversation.NEW,
                        new ConversationInput.Resumed(new SavedConversation(Phase.LISTENING, 4, OPEN, MEMORY, "71", null), 700),
                        Floor.Thinking.class, 5, tell(new Fact.Resumed(700)), new Clear(4),
                        tell(new Fact.TurnStarted(5, Party.CALLER)), tell(new Fact.Heard(5, "1", null)),
                        new Think(5, new Prompt.Key('1')), thinkLimit),
                row("an opening that was not said is said", Conversation.NEW, resumed(Phase.OPENING), Floor.Thinking.class, 5,
                        tell(new Fact.Resumed(700)), new Clear(4), new Think(5, Prompt.OPENING), thinkLimit, SAVE),
                row("what flowed flows on in a new turn", Conversation.NEW, resumed(Phase.BRIDGED), Floor.Bridged.class, 5,
                        tell(new Fact.Resumed(700)), new Flow(5), tell(new Fact.TurnStarted(5, Party.AGENT)), SAVE),
                row("what is said by then flows", after(resumed(Phase.BRIDGED)), frame(T0 - Beginning.FRESH_MS),
                        Floor.Bridged.class, 5, new Hear(frame(T0 - Beginning.FRESH_MS).frame())),
                row("what was said while nobody was there does not", after(resumed(Phase.BRIDGED)),
                        frame(T0 - Beginning.FRESH_MS - 1), Floor.Bridged.class, 5),
                row("an agent that was hanging up hangs up", Conversation.NEW, resumed(Phase.CLOSING), Floor.Ended.class, 4,
                        tell(new Fact.Resumed(700)), new HangUp(null)));
    }

    /// The caller spoke into it, since 100 ms before `T0`.
    private static Conversation talkedInto(Conversation state) {
        return after(state, new SpeechStarted(100));
    }

    @Test
    void theCallersWaitEndsWithTheFirstSoundThatWasPlayed() {
        // given an answer that was sent 100 ms after it was wanted
        Conversation state = after(started(), begun(1, OPEN), part(1, 1_000));

        // when the gateway says, 1.2 s after it was wanted, that 900 ms of it were heard
        Step<Conversation, ConversationEffect> heard = ConversationMachine.step(state, T0 + 1_200, new Played(1, 900, false));

        // then the caller waited for 300 ms, which is told once
        assertEquals(List.of(tell(new Fact.Latency(1, Fact.Latency.FIRST_PLAYED, 300))), heard.effects());
        assertEquals(List.of(), ConversationMachine.step(heard.state(), T0 + 1_300, new Played(1, 950, false)).effects());
    }

    @Test
    void noMoreKeysAreKeptThanThereIsRoomFor() {
        // given
        Conversation state = after(started());

        // when
        for (int n = 0; n < 30; n++) {
            state = after(state, new DigitPressed('7'));
        }

        // then
        assertEquals("7".repeat(Caller.MAX_KEYS), ((Floor.Thinking) state.floor()).caller().keys());
    }

    private static ConversationInput resumed(Phase phase) {
        return new ConversationInput.Resumed(new SavedConversation(phase, 4, OPEN, MEMORY), 700);
    }

    @TestFactory
    Stream<DynamicTest> rowsOfTheTable() {
        return rows().stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> {
            Step<Conversation, ConversationEffect> step = ConversationMachine.step(row.given(), NOW, row.when());
            assertEquals(row.effects(), step.effects());
            assertEquals(row.then(), step.state().floor().getClass());
            assertEquals(row.turn(), step.state().turn());
        }));
    }

    @TestFactory
    Stream<DynamicTest> everyStateTakesEveryInput() {
        return Scenes.states().stream().flatMap(state -> Scenes.inputs().stream().map(input -> DynamicTest.dynamicTest(
                state.floor().getClass().getSimpleName() + " takes " + input, () -> {
                    // when
                    Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, NOW, input);

                    // then turns do not go back, and nothing comes after the end
                    assertTrue(step.state().turn() >= state.turn());
                    if (state.isOver()) {
                        assertEquals(Step.stay(state), step);
                    }
                    if (input instanceof ConversationInput.CallEnded) {
                        assertEquals(Floor.Ended.class, step.state().floor().getClass());
                    }
                })));
    }

    @Test
    void aLongLineIsSentOnlySoFarAhead() {
        // given a line of 25 s of which 10 s are sent
        Step<Conversation, ConversationEffect> first = ConversationMachine.step(thinking(OPEN), T0, part(1, 25_000));
        assertEquals(10, plays(first).size());
        Conversation state = ConversationMachine.step(first.state(), T0, finished(1, Then.LISTEN)).state();

        // when the caller has heard three seconds
        Step<Conversation, ConversationEffect> then = ConversationMachine.step(state, T0 + 3_000, new Played(1, 3_000, false));

        // then three more are sent, and no mark is asked for yet
        assertEquals(3, plays(then).size());
        assertFalse(then.effects().contains(new AskForMark(1)));
    }

    @Test
    void aLongLineGoesOnByTheClockWhereNoNewsOfThePlaybackCome() {
        // given a line of 25 s of which 10 s are sent
        Conversation state = after(started(), begun(1, OPEN), part(1, 25_000), finished(1, Then.LISTEN));
        int sent = 10;
        long nowMs = T0;

        // when only deadlines pass
        while (state.floor() instanceof Floor.Speaking) {
            nowMs += 5_000;
            Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, nowMs, new DeadlinePassed());
            sent += plays(step).size();
            state = step.state();
        }

        // then all of it is sent in the end
        assertEquals(25, sent);
        assertEquals(Floor.Listening.class, state.floor().getClass());
    }

    private static List<ConversationEffect> plays(Step<Conversation, ConversationEffect> step) {
        return step.effects().stream().filter(Play.class::isInstance).toList();
    }

    @Test
    void thePageShowsTheTestedSteps() throws IOException {
        StateDiagram diagram = new StateDiagram("ConversationMachine");
        rows().forEach(row -> diagram.step(row.given().floor().getClass(), row.when().getClass(), row.then()));

        diagram.check();
    }

    @Test
    void aScriptOfLinesWithoutSoundEndsAndDoesNotGoRoundForEver() {
        // given
        Conversation state = after(started());

        // when
        int lines = 0;
        while (!state.isOver() && lines < 1_000) {
            state = ConversationMachine.step(state, T0, finished(state.turn(), Then.GO_ON)).state();
            lines++;
        }

        // then
        assertEquals(TurnTaking.MAX_SOUNDLESS, lines);
    }

    @Test
    void whoTakesOverACallThatFailedClosesItWithTheSameCause() {
        // given
        SavedConversation saved = SavedConversation.of(Scenes.at(new Floor.Ended(4, Failure.INTERNAL_ERROR)));

        // when
        List<ConversationEffect> effects =
                ConversationMachine.step(Conversation.NEW, T0, new ConversationInput.Resumed(saved, 700)).effects();

        // then
        assertEquals(new HangUp(Failure.INTERNAL_ERROR), effects.getLast());
    }
}
