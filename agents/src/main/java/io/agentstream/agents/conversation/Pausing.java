package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.FloorMachine.SPEECH_LIMIT_MS;
import static io.agentstream.agents.conversation.FloorMachine.to;

import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.Floor.Listening;
import io.agentstream.agents.conversation.Floor.Pause;
import io.agentstream.runtime.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The part of the floor's machine that tells a pause within the caller's turn from the turn's end: by how long this caller is used to pause, by
/// the length of the turn, and by the words, where somebody understands them. Pure.
final class Pausing {

    private Pausing() {}

    /// The caller falls silent.
    static Step<Floor, ConversationEffect> stopped(Listening state, SpeechStopped stopped, long nowMs) {
        long sinceMs = nowMs - stopped.agoMs();
        Pause pause = new Pause(sinceMs, Math.max(stopped.speechMs(), sinceMs - state.caller().sinceMs()), stopped.speechMs());
        return waiting(with(state, state.caller().fallsSilent(), pause, state.ending()), nowMs, new ArrayList<>());
    }

    /// The caller was only pausing.
    static Step<Floor, ConversationEffect> goesOn(Listening state, SpeechStarted started, long nowMs) {
        Pause pause = pause(state);
        long beganMs = pause.sinceMs() - pause.speechMs();
        Caller caller = state.caller().paused(nowMs - started.agoMs() - pause.sinceMs()).speaks(beganMs);
        Listening next = new Listening(state.turn(), state.manners(), state.memory(), true, caller, null, untilMoreIsUnderstood(state.ending()));
        return Step.to(next, new SetDeadline(Math.max(nowMs, beganMs + SPEECH_LIMIT_MS)));
    }

    /// What was said next is not understood yet, and an "um" never will be: what had to go on still has to, and what was complete may not be.
    private static Ending untilMoreIsUnderstood(Ending ending) {
        return switch (ending) {
            case LISTED, OPEN, EXPECTED -> ending;
            case ANSWER, OVER, COMPLETE, UNCLEAR, UNKNOWN -> Ending.UNKNOWN;
        };
    }

    /// What the caller says is understood.
    static Step<Floor, ConversationEffect> understood(Listening state, CallerWords words, long nowMs) {
        Listening next = with(state, state.caller(), state.pause(), words.ending());
        return next.pause() == null || words.ending() == state.ending() ? Step.to(next) : waiting(next, nowMs, new ArrayList<>());
    }

    /// The pause has lasted for so long that the turn is over.
    static Step<Floor, ConversationEffect> over(Listening state, long nowMs) {
        return over(state, nowMs, new ArrayList<>());
    }

    static Step<Floor, ConversationEffect> over(Listening state, long nowMs, List<ConversationEffect> effects) {
        Pause pause = pause(state);
        return TurnTaking.answerSpeech(
                TurnTaking.of(state).with(state.caller().ends(pause.sinceMs())), pause.speechMs(), nowMs, pause.sinceMs(), effects);
    }

    static Step<Floor, ConversationEffect> waiting(Listening state, long nowMs, List<ConversationEffect> effects) {
        Pause pause = pause(state);
        long dueMs = pause.sinceMs() + state.caller().pace().endsAfterMs(state.manners().waits(), pause, state.ending());
        if (dueMs <= nowMs) {
            return over(state, nowMs, effects);
        }
        effects.add(new SetDeadline(dueMs));
        return to(state, effects);
    }

    private static Pause pause(Listening state) {
        return Objects.requireNonNull(state.pause(), "a caller who does not pause");
    }

    private static Listening with(Listening state, Caller caller, @Nullable Pause pause, Ending ending) {
        return new Listening(state.turn(), state.manners(), state.memory(), state.hearing(), caller, pause, ending);
    }
}
