package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.Scenes.OPEN;
import static io.agentstream.agents.conversation.Scenes.T0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When a caller's turn is over.
final class PausingTest {

    private static final int KNOWN_MS = 200;

    private Conversation state = Scenes.listening();
    private long nowMs = T0;
    private List<ConversationEffect> effects = List.of();

    private void give(long atMs, ConversationInput input) {
        nowMs = atMs;
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, nowMs, input);
        state = step.state();
        effects = step.effects();
    }

    /// The caller speaks from here to there, by the audio.
    private void speaks(long fromMs, long toMs) {
        give(T0 + fromMs + 160, new SpeechStarted(160));
        give(T0 + toMs + KNOWN_MS, new SpeechStopped(toMs - fromMs, KNOWN_MS));
    }

    /// When the turn will be over, from the caller's last sound.
    private long pauseMs(long lastMs) {
        return effects.stream()
                .filter(SetDeadline.class::isInstance)
                .map(each -> ((SetDeadline) each).atMs() - T0 - lastMs)
                .findFirst()
                .orElse(0L);
    }

    /// The turn is answered, and the caller is listened to again.
    private void answered() {
        give(nowMs + 5_000, new DeadlinePassed());
        give(nowMs, Scenes.begun(state.turn(), OPEN));
        give(nowMs, Scenes.finished(state.turn(), Then.LISTEN));
    }

    @Test
    void aPauseIsWaitedForThatIsLongerThanTheCallersOwn() {
        speaks(0, 1_000);
        long atFirst = pauseMs(1_000);

        speaks(2_100, 3_000); // after 1.1 s
        long afterIt = pauseMs(3_000);

        assertEquals(Patience.USUAL.firstMs(), atFirst);
        assertTrue(afterIt > 1_100 && afterIt < 1_500, afterIt + " ms");
    }

    @Test
    void oneShortPauseDoesNotMakeTheAgentHasty() {
        speaks(0, 1_000);
        speaks(1_250, 3_000); // after a quarter of a second

        assertTrue(pauseMs(3_000) > Patience.USUAL.firstMs() * 3 / 4, pauseMs(3_000) + " ms");
    }

    @Test
    void aShortSoundBetweenTwoPausesSaysThatMoreWillCome() {
        speaks(0, 1_000);
        speaks(1_500, 2_500);
        long afterWordsMs = pauseMs(2_500);
        speaks(3_000, 3_300); // um

        assertTrue(pauseMs(3_300) > afterWordsMs * 5 / 4, pauseMs(3_300) + " and " + afterWordsMs + " ms");
    }

    @Test
    void unlessItIsUnderstood() {
        speaks(0, 1_000);
        speaks(1_500, 1_800); // please
        long unknownMs = pauseMs(1_800);

        give(T0 + 2_050, new CallerWords(5, false, Ending.UNCLEAR));

        assertTrue(pauseMs(1_800) < unknownMs, pauseMs(1_800) + " and " + unknownMs + " ms");
    }

    @Test
    void whatHadToGoOnStillHasToBehindASoundWithoutWords() {
        speaks(0, 1_000);
        give(T0 + 1_250, new CallerWords(4, false, Ending.OPEN));
        long openMs = pauseMs(1_000);

        speaks(2_000, 2_700);

        assertTrue(pauseMs(2_700) >= openMs, pauseMs(2_700) + " and " + openMs + " ms");
    }

    @Test
    void whatWasCompleteMayNotBeOnceTheCallerGoesOn() {
        speaks(0, 350);
        give(T0 + 560, new CallerWords(1, true, Ending.ANSWER));

        speaks(590, 1_300);

        assertTrue(pauseMs(1_300) > Patience.USUAL.shortAnswerMs(), pauseMs(1_300) + " ms");
    }

    @Test
    void whoeverJudgesByWhatIsSaidDecidesWithinTheBounds() {
        speaks(0, 1_000);
        give(T0 + 1_250, new CallerWords(4, false, Ending.EXPECTED));
        long expectedMs = pauseMs(1_000);

        give(T0 + 1_290, new CallerWords(4, false, Ending.OVER));

        assertEquals(Patience.USUAL.maxMs(), expectedMs);
        assertEquals(Patience.USUAL.minMs(), pauseMs(1_000));
    }

    @Test
    void aNumberThatIsToldDigitByDigitIsWaitedFor() {
        speaks(0, 1_000);
        long unclearMs = pauseMs(1_000);

        give(T0 + 1_250, new CallerWords(3, false, Ending.LISTED));

        assertEquals(unclearMs * 3 / 2, pauseMs(1_000));
    }

    @Test
    void whoAsksWhetherSomebodyIsThereHasNotPaused() {
        speaks(0, 1_000);
        give(nowMs + 700, new DeadlinePassed());

        speaks(8_000, 9_000); // while the answer is made

        assertEquals(Patience.USUAL.firstMs(), pauseMs(9_000));
    }

    @Test
    void whatWasLearnedHoldsForTheNextTurn() {
        speaks(0, 1_000);
        speaks(2_100, 3_000);
        answered();

        long offset = nowMs - T0;
        speaks(offset + 1_000, offset + 2_000);

        assertTrue(pauseMs(offset + 2_000) > 1_000, pauseMs(offset + 2_000) + " ms");
    }

    @Test
    void whoDoesNotPauseIsAnsweredSoonerFromTurnToTurnButNeverAtOnce() {
        speaks(0, 1_000);
        speaks(1_300, 3_000);
        long before = pauseMs(3_000);
        for (int turn = 0; turn < 40; turn++) {
            answered();
            long offset = nowMs - T0;
            speaks(offset + 1_000, offset + 2_000);
        }

        long after = pauseMs(nowMs - T0 - KNOWN_MS);
        assertTrue(after < before, after + " and " + before);
        assertTrue(after > Patience.USUAL.minMs() * 3 / 2, after + " ms");
    }

    @Test
    void nobodyIsWaitedForLongerThanTheLongestPause() {
        speaks(0, 1_000);
        for (int n = 1; n < 20; n++) {
            speaks(n * 5_000L, n * 5_000L + 1_000);
        }

        assertEquals(Patience.USUAL.maxMs(), pauseMs(96_000));
    }

    @Test
    void aShortAnswerIsNotWaitedForAsLong() {
        speaks(0, 350);

        assertTrue(pauseMs(350) <= 450, pauseMs(350) + " ms");
    }

    @Test
    void yesIsAnAnswerAsSoonAsItIsUnderstood() {
        speaks(0, 350);

        give(T0 + 600, new CallerWords(1, true, Ending.ANSWER));

        assertTrue(effects.contains(new Think(2, new Prompt.Speech(350))), effects::toString);
    }

    @Test
    void wordsThatWantToGoOnAreWaitedFor() {
        speaks(0, 1_000);
        long unclear = pauseMs(1_000);

        give(T0 + 1_250, new CallerWords(4, false, Ending.OPEN));

        assertEquals(3 * unclear, pauseMs(1_000));
    }

    @Test
    void whereThePauseDoesNotFollowTheCallerTheBoundsDecide() {
        Manners fixed = OPEN.with(BargeIn.BY_SPEECH, new Patience(400, 1_800, 250, false));
        state = Scenes.asked(fixed);
        speaks(0, 1_000);
        assertEquals(400, pauseMs(1_000));

        give(T0 + 1_250, new CallerWords(4, false, Ending.OPEN));

        assertEquals(1_800, pauseMs(1_000));
    }

    @Test
    void whoGoesOnWhileTheAnswerIsMadeHasOnlyPausedAndThatIsRemembered() {
        // given a turn that was taken to be over
        speaks(0, 1_000);
        give(T0 + 1_700, new DeadlinePassed());

        // when the caller goes on 900 ms after the last word
        give(T0 + 2_060, new SpeechStarted(160));
        give(T0 + 3_200, new SpeechStopped(1_100, KNOWN_MS));

        // then the next pause is waited for
        assertTrue(pauseMs(3_000) > 900, pauseMs(3_000) + " ms");
    }

    @Test
    void aTurnIsAsLongAsAllOfItWithItsPauses() {
        speaks(0, 1_000);
        speaks(1_400, 2_000);
        give(nowMs + 2_000, new DeadlinePassed());

        assertTrue(effects.contains(new Tell(new Fact.Heard(2, null, 2_000L))), effects::toString);
    }

    @Test
    void anotherWorkerKnowsHowTheCallerPausesAndAnswersWhatWasSaid() {
        // given a caller of whom something is known, in a pause
        speaks(0, 1_000);
        speaks(2_100, 3_000);

        // when another worker goes on
        String left = Json.MAPPER.writeValueAsString(SavedConversation.of(state));
        state = Conversation.NEW;
        give(T0 + 4_000, new ConversationInput.Resumed(Json.MAPPER.readValue(left, SavedConversation.class), 900));

        // then
        assertTrue(effects.contains(new Think(3, new Prompt.Speech(3_000))), effects::toString);
        give(T0 + 4_000, Scenes.begun(3, OPEN));
        give(T0 + 4_000, Scenes.finished(3, Then.LISTEN));
        speaks(5_000, 6_000);
        assertTrue(pauseMs(6_000) > 1_000, pauseMs(6_000) + " ms");
    }
}
