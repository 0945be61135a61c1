package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.Scenes.FIRM;
import static io.agentstream.agents.conversation.Scenes.OPEN;
import static io.agentstream.agents.conversation.Scenes.T0;
import static io.agentstream.agents.conversation.Scenes.after;
import static io.agentstream.agents.conversation.Scenes.begun;
import static io.agentstream.agents.conversation.Scenes.finished;
import static io.agentstream.agents.conversation.Scenes.part;
import static io.agentstream.agents.conversation.Scenes.speakingLong;
import static io.agentstream.agents.conversation.Scenes.started;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationEffect.Understand;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of a line into which the caller speaks.
final class InterruptingTest {

    private static final Manners UNDERSTOOD = OPEN.with(new BargeIn(0, 200, true), Patience.USUAL);
    private static final Manners BY_WORDS = OPEN.with(new BargeIn(2, 0, true), Patience.USUAL);
    private static final CallerWords MHM = new CallerWords(1, true, Ending.UNCLEAR);
    private static final CallerWords STOP = new CallerWords(2, false, Ending.UNCLEAR);

    private final List<ConversationEffect> all = new ArrayList<>();
    private Conversation state = speakingLong(OPEN);
    private List<ConversationEffect> effects = List.of();

    private void give(long atMs, ConversationInput input) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, T0 + atMs, input);
        state = step.state();
        effects = step.effects();
        all.addAll(effects);
    }

    private long playedMs(int turn) {
        return all.stream()
                .filter(each -> each instanceof Play play && play.turn() == turn)
                .mapToLong(each -> ((Play) each).audio().length() / 8)
                .sum();
    }

    private <F extends Fact> List<F> told(Class<F> kind) {
        return all.stream()
                .filter(each -> each instanceof Tell tell && kind.isInstance(tell.fact()))
                .map(each -> kind.cast(((Tell) each).fact()))
                .toList();
    }

    @Test
    void theAgentStopsAsSoonAsSpeechIsNoticed() {
        give(3_160, new SpeechStarted(160));

        assertTrue(effects.contains(new Clear(1)));
    }

    @Test
    void aShortSoundIsNoInterruptionAndTheLineGoesOnWhereItStopped() {
        give(3_160, new SpeechStarted(160));
        give(3_600, new SpeechStopped(400, 200));

        // what was on its way, of which 3,160 ms were heard, comes once more from there
        assertInstanceOf(Floor.Speaking.class, state.floor());
        assertEquals(6_840, playedMs(2));
        assertFalse(all.contains(new StopThinking(1)));
        give(10_500, new MarkReached(2));
        assertEquals(List.of(new Fact.Said(1, "Hello.", 10_000, true)), told(Fact.Said.class));
        assertEquals(List.of(), told(Fact.Interrupted.class));
    }

    @Test
    void whatWasHeardIsTakenFromTheGatewayWhereItTells() {
        give(3_160, new SpeechStarted(160));
        give(3_200, new Played(1, 3_240, true));
        give(3_600, new SpeechStopped(400, 200));

        assertEquals(6_760, playedMs(2));
        give(4_000, new Played(2, 300, false));
        assertEquals(3_540, ((Floor.Speaking) state.floor()).playedMs());
    }

    @Test
    void alsoWhereThatIsLessThanByTheClock() {
        give(3_160, new SpeechStarted(160));
        give(3_200, new Played(1, 1_200, true));
        give(3_600, new SpeechStopped(400, 200));

        assertEquals(8_800, playedMs(2));
    }

    @Test
    void speechThatComesInABurstIsAsLongAsItWas() {
        give(3_160, new SpeechStarted(0));
        give(3_200, new SpeechStopped(1_200, 0));

        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
        assertEquals(1_200, ((Floor.Listening) state.floor()).pause().speechMs());
    }

    @Test
    void howLongTheFirstSoundWasWaitedForIsToldOnceAndOfTheAnswerThatItIs() {
        give(3_160, new SpeechStarted(160));
        List<Fact.Latency> before = told(Fact.Latency.class);
        give(3_600, new SpeechStopped(400, 200));
        give(4_000, new Played(2, 300, false));

        assertEquals(new Fact.Latency(1, Fact.Latency.FIRST_PLAYED, 0), before.getLast());
        assertEquals(before, told(Fact.Latency.class));
    }

    @Test
    void whatIsTooLittleToCutTheLineIsAnAnswerJustBeforeItsEnd() {
        state = speakingLong(BY_WORDS);
        give(9_260, new SpeechStarted(160));
        give(9_600, new SpeechStopped(300, 200));
        give(10_020, new MarkReached(1));

        assertTrue(all.contains(new Think(2, new Prompt.Speech(300))) || ((Floor.Listening) state.floor()).hearing(), effects::toString);
    }

    @Test
    void whatIsAnsweredMeanwhileIsHeardBehindIt() {
        state = after(started(), begun(1, OPEN), part(1, 10_000));
        give(3_160, new SpeechStarted(160));

        give(3_300, part(1, 1_000));
        give(3_400, finished(1, Then.LISTEN));
        assertEquals(List.of(), effects);
        give(3_600, new SpeechStopped(400, 200));

        assertEquals(6_840 + 1_000, playedMs(2));
    }

    @Test
    void speechThatLastsCutsTheLine() {
        give(3_160, new SpeechStarted(160));
        give(3_000 + Interrupting.MEANT_MS + Interrupting.KNOWN_MS, new DeadlinePassed());

        assertEquals(List.of(new Fact.Said(1, "Hello.", 3_160, false)), told(Fact.Said.class));
        assertEquals(List.of(new Fact.Latency(1, Fact.Latency.BARGE_IN, 160)), told(Fact.Latency.class).subList(1, 2));
        assertTrue(((Floor.Listening) state.floor()).hearing());
    }

    @Test
    void aSentenceThatIsOverBeforeThatIsMeantToo() {
        give(3_160, new SpeechStarted(160));
        give(3_000 + Interrupting.MEANT_MS + 200, new SpeechStopped(Interrupting.MEANT_MS, 200));

        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
        assertInstanceOf(Floor.Listening.class, state.floor());
    }

    @Test
    void twoShortSoundsInARowAreMeant() {
        state = speakingLong(UNDERSTOOD);
        give(3_210, new SpeechStarted(210));
        give(3_500, new SpeechStopped(300, 200));
        give(3_760, new SpeechStarted(160));
        assertEquals(List.of(new SetDeadline(T0 + 3_300 + Interrupting.MEANT_MS + Interrupting.KNOWN_MS)), effects);
        give(4_240, new DeadlinePassed());

        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
    }

    @Test
    void whatIsSaidJustBeforeTheEndIsAnAnswer() {
        give(9_160, new SpeechStarted(160));

        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
        assertTrue(((Floor.Listening) state.floor()).hearing());
    }

    @Test
    void wordsThatMeanSomethingCutTheLineAtOnce() {
        state = speakingLong(UNDERSTOOD);
        give(3_210, new SpeechStarted(210));
        give(3_500, new SpeechStopped(300, 200));
        assertTrue(effects.contains(new Understand()));
        give(3_700, STOP);

        assertTrue(all.contains(new Think(2, new Prompt.Speech(300))) || ((Floor.Listening) state.floor()).pause() != null);
        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
    }

    @Test
    void wordsThatOnlySaySomebodyListensDoNot() {
        state = speakingLong(UNDERSTOOD);
        give(3_210, new SpeechStarted(210));
        give(3_500, new SpeechStopped(300, 200));
        give(3_700, MHM);

        assertInstanceOf(Floor.Speaking.class, state.floor());
        assertEquals(List.of(), told(Fact.Interrupted.class));
    }

    @Test
    void aSoundThatNobodyUnderstandsIsWaitedForNoLonger() {
        state = speakingLong(UNDERSTOOD);
        give(3_210, new SpeechStarted(210));
        give(3_500, new SpeechStopped(300, 200));
        give(3_500 + Interrupting.WORDS_MS, new DeadlinePassed());

        assertInstanceOf(Floor.Speaking.class, state.floor());
    }

    @Test
    void wordsThatComeWhenTheLineGoesOnCutItAllTheSame() {
        state = speakingLong(UNDERSTOOD);
        give(3_210, new SpeechStarted(210));
        give(3_500, new SpeechStopped(300, 200));
        give(4_100, new DeadlinePassed());
        give(4_300, STOP);

        assertTrue(effects.contains(new Clear(2)));
        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
    }

    @Test
    void theAgentFallsSilentAfterAsMuchSpeechAsTheNodeSays() {
        state = speakingLong(OPEN.with(new BargeIn(0, 1_500, false), Patience.USUAL));
        give(3_160, new SpeechStarted(160));
        assertEquals(List.of(new SetDeadline(T0 + 4_500)), effects);

        give(4_500, new DeadlinePassed());

        assertTrue(effects.contains(new Clear(1)));
        assertEquals(List.of(new Fact.Interrupted(1)), told(Fact.Interrupted.class));
    }

    @Test
    void whatIsShorterThanTheNodeSaysIsNotNoticed() {
        state = speakingLong(OPEN.with(new BargeIn(0, 1_500, false), Patience.USUAL));
        give(3_160, new SpeechStarted(160));
        give(4_200, new SpeechStopped(1_000, 200));

        assertEquals(List.of(new SetDeadline(T0 + 10_000 + Speech.MARK_GRACE_MS)), effects);
        assertFalse(all.contains(new Clear(1)));
    }

    @Test
    void whereWordsCutSoundsDoNot() {
        state = speakingLong(BY_WORDS);
        give(3_160, new SpeechStarted(160));
        give(3_400, new CallerWords(1, false, Ending.UNCLEAR));
        give(3_500, new CallerWords(3, true, Ending.UNCLEAR));
        assertFalse(all.contains(new Clear(1)));

        give(3_600, STOP);

        assertTrue(effects.contains(new Clear(1)));
        assertEquals(List.of(new Fact.Latency(1, Fact.Latency.BARGE_IN, 600)), told(Fact.Latency.class).subList(1, 2));
    }

    @Test
    void whatIsSaidIntoALineThatNothingCutsIsAnsweredBehindIt() {
        state = speakingLong(FIRM);
        give(3_160, new SpeechStarted(160));
        give(5_200, new SpeechStopped(2_000, 200));
        assertEquals(List.of(), effects);

        give(10_020, new MarkReached(1));

        assertTrue(effects.contains(new Think(2, new Prompt.Speech(2_000))), effects::toString);
    }

    @Test
    void aMhmInSuchALineIsNot() {
        state = speakingLong(FIRM);
        give(3_160, new SpeechStarted(160));
        give(3_500, new SpeechStopped(300, 200));
        give(10_020, new MarkReached(1));

        assertFalse(((Floor.Listening) state.floor()).hearing());
    }

    @Test
    void anAnswerJustBeforeItsEndIs() {
        state = speakingLong(FIRM);
        give(9_260, new SpeechStarted(160));
        give(9_600, new SpeechStopped(300, 200));
        give(10_020, new MarkReached(1));

        assertTrue(effects.contains(new Think(2, new Prompt.Speech(300))), effects::toString);
    }

    @Test
    void anotherWorkerAnswersItToo() {
        // given something that was said into a line that nothing cuts
        state = speakingLong(FIRM);
        give(3_160, new SpeechStarted(160));
        give(5_200, new SpeechStopped(2_000, 200));

        // when another worker says the line once more
        String left = Json.MAPPER.writeValueAsString(SavedConversation.of(state));
        state = Conversation.NEW;
        give(6_000, new ConversationInput.Resumed(Json.MAPPER.readValue(left, SavedConversation.class), 700));
        give(6_000, begun(2, FIRM));
        give(6_000, part(2, 1_000));
        give(6_000, finished(2, Then.LISTEN));
        give(7_000, new MarkReached(2));

        // then
        assertTrue(effects.contains(new Think(3, new Prompt.Speech(2_000))), effects::toString);
    }

    @Test
    void aLineThatGoesOnIsTakenOverUnderItsNewNumber() {
        give(3_160, new SpeechStarted(160));
        give(3_600, new SpeechStopped(400, 200));

        SavedConversation saved = SavedConversation.of(state);

        assertEquals(SavedConversation.Phase.SPEAKING, saved.phase());
        assertEquals(2, saved.turn());
    }
}
