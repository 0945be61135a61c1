package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.FloorMachine.NOBODY_WAITS;
import static io.agentstream.agents.conversation.FloorMachine.SPEECH_LIMIT_MS;
import static io.agentstream.agents.conversation.FloorMachine.effects;
import static io.agentstream.agents.conversation.FloorMachine.fail;
import static io.agentstream.agents.conversation.FloorMachine.thinkLimit;
import static io.agentstream.agents.conversation.FloorMachine.to;

import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.Broken;
import io.agentstream.agents.conversation.ConversationInput.CallEnded;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.ForFloor;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyDelayed;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Resumed;
import io.agentstream.agents.conversation.ConversationInput.RunStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationInput.TurnWanted;
import io.agentstream.agents.conversation.Floor.Ended;
import io.agentstream.agents.conversation.Floor.Listening;
import io.agentstream.agents.conversation.Floor.Pause;
import io.agentstream.agents.conversation.Floor.Speaking;
import io.agentstream.agents.conversation.Floor.Thinking;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The part of the floor's machine in which the floor goes from one party to the other: the caller is heard, and what the caller said or
/// pressed is answered. Pure.
final class TurnTaking {

    /// Lines without sound in a row with which the agent hangs up.
    static final int MAX_SOUNDLESS = 20;

    private TurnTaking() {}

    /// What goes on from state to state, whoever speaks.
    record Talk(int turn, Manners manners, @Nullable JsonNode memory, Caller caller) {

        Talk nextTurn() {
            return new Talk(turn + 1, manners, memory, caller);
        }

        Talk with(Caller other) {
            return new Talk(turn, manners, memory, other);
        }
    }

    static Talk of(Thinking state) {
        return new Talk(state.turn(), state.manners(), state.memory(), state.caller());
    }

    static Talk of(Speaking state) {
        return new Talk(state.turn(), state.manners(), state.memory(), state.caller());
    }

    static Talk of(Listening state) {
        return new Talk(state.turn(), state.manners(), state.memory(), state.caller());
    }

    static Step<Floor, ConversationEffect> listening(Listening state, long nowMs, ForFloor input) {
        Talk talk = of(state);
        return switch (input) {
            case SpeechStarted started when state.pause() != null -> Pausing.goesOn(state, started, nowMs);
            case SpeechStarted started when state.manners().speech() && !state.hearing() ->
                    hear(talk.nextTurn().with(state.caller().takesTurn()), started, nowMs, new ArrayList<>());
            case SpeechStarted started -> // nobody answers it, but who talks is not silent
                    waiting(state, state.caller().speaks(nowMs - started.agoMs()), nowMs);
            case SpeechStopped stopped when state.pause() != null -> Step.stay(state);
            case SpeechStopped stopped when state.hearing() -> Pausing.stopped(state, stopped, nowMs);
            case SpeechStopped stopped -> waiting(state, state.caller().fallsSilent(), nowMs);
            case CallerWords words when state.hearing() -> Pausing.understood(state, words, nowMs);
            case DeadlinePassed passed when state.pause() != null -> Pausing.over(state, nowMs);
            case DeadlinePassed passed when state.hearing() -> {
                long speechMs = state.caller().speechMs(nowMs);
                yield answerSpeech(talk.with(state.caller().speaksOn(nowMs)), speechMs, nowMs, nowMs, new ArrayList<>());
            }
            case DeadlinePassed passed when state.caller().speaking() -> // has not heard what the line wants: it is said once more
                    think(talk.nextTurn(), Prompt.UNHEARD, nowMs, NOBODY_WAITS, new ArrayList<>());
            case DeadlinePassed passed -> think(talk.nextTurn(), Prompt.SILENCE, nowMs, NOBODY_WAITS, new ArrayList<>());
            case DigitPressed pressed when state.manners().accepts(pressed.digit()) -> state.hearing()
                    ? answerKey(talk, pressed.digit(), nowMs, new ArrayList<>())
                    : answerKey(talk.nextTurn(), pressed.digit(), nowMs, callerBegins(talk.turn() + 1));
            case DigitPressed pressed -> waiting(
                    state,
                    state.manners().takesKeys() ? state.caller() : state.caller().presses(pressed.digit()), nowMs);
            case TurnWanted wanted -> takeTurn(talk, nowMs, state.hearing() ? effects(heard(state, nowMs)) : new ArrayList<>());
            case EngineFailed _, Broken _ -> fail(input, talk.turn());
            case CallEnded ended -> ended(state, nowMs);
            case AudioHeard _, ReplyBegun _, ReplyDelayed _, ReplyPart _, ReplyFinished _, CallerWords _, MarkReached _, Played _,
                    RunStarted _, Resumed _ -> Step.stay(state);
        };
    }

    /// What the caller did leads nowhere, but shows that somebody is there: the silence begins anew. While a speech is heard that will
    /// be answered, its own limit goes on.
    private static Step<Floor, ConversationEffect> waiting(Listening state, Caller caller, long nowMs) {
        Listening next = new Listening(
                state.turn(), state.manners(), state.memory(), state.hearing(), caller, state.pause(), state.ending());
        return state.hearing() ? Step.to(next) : Step.to(next, limit(next.manners(), caller, nowMs));
    }

    /// The caller has the floor, or is asked to take it. Whoever speaks already is heard from here on, and a key that waits is
    /// answered.
    static Step<Floor, ConversationEffect> listen(Talk talk, long nowMs, List<ConversationEffect> effects) {
        int at = talk.manners().firstAccepted(talk.caller().keys());
        if (at >= 0) {
            char key = talk.caller().keys().charAt(at);
            effects.addAll(callerBegins(talk.turn() + 1));
            return answerKey(talk.nextTurn().with(talk.caller().without(at + 1)), key, nowMs, effects);
        }
        Caller caller = talk.manners().takesKeys() ? talk.caller().without(talk.caller().keys().length()) : talk.caller();
        boolean hasSpoken = caller.spokeMs() > 0 && !caller.speaking();
        boolean hearing = (caller.speaking() || hasSpoken) && talk.manners().speech();
        int turn = hearing ? talk.turn() + 1 : talk.turn();
        if (hearing) {
            effects.add(new Tell(new Fact.TurnStarted(turn, Party.CALLER)));
        }
        if (hearing && hasSpoken) {
            Pause pause = new Pause(caller.endedMs() == 0 ? nowMs : caller.endedMs(), caller.spokeMs());
            Listening said = new Listening(turn, talk.manners(), talk.memory(), true, caller.takenUp(), pause, Ending.UNKNOWN);
            return caller.endedMs() == 0 ? Pausing.over(said, nowMs, effects) : Pausing.waiting(said, nowMs, effects);
        }
        caller = caller.takenUp();
        effects.add(limit(talk.manners(), caller, nowMs));
        effects.add(new Save());
        return to(new Listening(turn, talk.manners(), talk.memory(), hearing, caller), effects);
    }

    /// Silence is counted while nobody speaks, and nothing else.
    private static SetDeadline limit(Manners manners, Caller caller, long nowMs) {
        return new SetDeadline(nowMs + (caller.speaking() ? SPEECH_LIMIT_MS : manners.silenceAfterMs()));
    }

    /// What follows a line of which nobody has heard anything. A script may have few of them in a row; one that has only such would go
    /// round as fast as it is computed.
    static Step<Floor, ConversationEffect> afterNothing(Thinking state, Then then, long nowMs) {
        if (then != Then.GO_ON) {
            return after(of(state), then, nowMs, new ArrayList<>());
        }
        int soundless = state.soundless() + 1;
        if (soundless >= MAX_SOUNDLESS) {
            return after(of(state), Then.HANG_UP, nowMs, new ArrayList<>());
        }
        Talk next = of(state).nextTurn();
        return Step.to(
                new Thinking(next.turn(), NOBODY_WAITS, next.manners(), next.memory(), next.caller(), soundless),
                new Think(next.turn(), Prompt.GO_ON), thinkLimit(nowMs));
    }

    /// What follows a line.
    static Step<Floor, ConversationEffect> after(Talk talk, Then then, long nowMs, List<ConversationEffect> effects) {
        return switch (then) {
            case LISTEN -> listen(talk, nowMs, effects);
            case GO_ON -> think(talk.nextTurn(), Prompt.GO_ON, nowMs, NOBODY_WAITS, effects);
            case HANG_UP -> hangUp(talk.turn(), null, effects);
            case TIME_UP -> hangUp(talk.turn(), End.MAX_DURATION, effects);
            case TRANSFERRED -> hangUp(talk.turn(), End.TRANSFERRED, effects);
        };
    }

    static Step<Floor, ConversationEffect> hangUp(int turn, @Nullable End end, List<ConversationEffect> effects) {
        effects.add(new ClearDeadline());
        effects.add(new Tell(new Fact.HungUp(end == null ? End.AGENT_HANGUP : end)));
        effects.add(new HangUp(null, end));
        effects.add(new Save());
        return to(new Ended(turn, null, end), effects);
    }

    /// The agent says something, whoever has the floor.
    static Step<Floor, ConversationEffect> takeTurn(Talk talk, long nowMs, List<ConversationEffect> effects) {
        return think(talk.nextTurn().with(talk.caller().speaksOn(nowMs)), Prompt.GO_ON, nowMs, NOBODY_WAITS, effects);
    }

    /// The caller begins to speak, and is listened to.
    static Step<Floor, ConversationEffect> hear(
            Talk talk, SpeechStarted started, long nowMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.TurnStarted(talk.turn(), Party.CALLER)));
        effects.add(new SetDeadline(nowMs + SPEECH_LIMIT_MS));
        return to(
                new Listening(talk.turn(), talk.manners(), talk.memory(), true, talk.caller().speaks(nowMs - started.agoMs())),
                effects);
    }

    static Step<Floor, ConversationEffect> answerSpeech(
            Talk talk, long speechMs, long nowMs, long sinceMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.Heard(talk.turn(), null, speechMs)));
        return think(talk, new Prompt.Speech(speechMs), nowMs, sinceMs, effects);
    }

    static Step<Floor, ConversationEffect> answerKey(
            Talk talk, char key, long nowMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.Heard(talk.turn(), String.valueOf(key), null)));
        return think(talk, new Prompt.Key(key), nowMs, nowMs, effects);
    }

    private static Step<Floor, ConversationEffect> think(
            Talk talk, Prompt prompt, long nowMs, long sinceMs, List<ConversationEffect> effects) {
        effects.add(new Think(talk.turn(), prompt));
        effects.add(thinkLimit(nowMs));
        return to(new Thinking(talk.turn(), sinceMs, talk.manners(), talk.memory(), talk.caller().takenUp()), effects);
    }

    static List<ConversationEffect> callerBegins(int turn, ConversationEffect... before) {
        List<ConversationEffect> effects = effects(before);
        effects.add(new Tell(new Fact.TurnStarted(turn, Party.CALLER)));
        return effects;
    }

    /// The call ends in the middle of what the caller is saying: that was heard too.
    private static Step<Floor, ConversationEffect> ended(Listening state, long nowMs) {
        if (!state.hearing()) {
            return ended(of(state), nowMs, new ClearDeadline());
        }
        return Step.to(new Ended(state.turn()), new ClearDeadline(), heard(state, nowMs));
    }

    /// What the caller has said by now, who is not listened to any longer.
    private static Tell heard(Listening state, long nowMs) {
        return new Tell(new Fact.Heard(
                state.turn(), null, state.pause() == null ? state.caller().speechMs(nowMs) : state.pause().speechMs()));
    }

    /// The call ends. A caller who spoke into the agent's words has said something too.
    static Step<Floor, ConversationEffect> ended(Talk talk, long nowMs, ConversationEffect... before) {
        if (!talk.caller().speaking()) {
            return Step.to(new Ended(talk.turn()), before);
        }
        List<ConversationEffect> effects = callerBegins(talk.turn() + 1, before);
        effects.add(new Tell(new Fact.Heard(talk.turn() + 1, null, talk.caller().speechMs(nowMs))));
        return to(new Ended(talk.turn() + 1), effects);
    }
}
