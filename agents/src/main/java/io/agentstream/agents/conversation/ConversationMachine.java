package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.Conversation.Bridged;
import io.agentstream.agents.conversation.Conversation.Ended;
import io.agentstream.agents.conversation.Conversation.Listening;
import io.agentstream.agents.conversation.Conversation.Opening;
import io.agentstream.agents.conversation.Conversation.Speaking;
import io.agentstream.agents.conversation.Conversation.Thinking;
import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Hear;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.CallEnded;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Resumed;
import io.agentstream.agents.conversation.ConversationInput.RunStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Who speaks when. A pure function, safe for any thread.
///
/// Turns are numbered from 1. Whatever makes the agent speak begins a new one: the opening, a key, speech, silence, a line
/// that leads on by itself. A reply that comes for another turn than the current one is passed over, so that audio of an
/// interrupted turn never goes out, however late its engine stops.
public final class ConversationMachine {

    /// How long an engine may take for its first audio, and between two pieces of it.
    public static final long THINK_LIMIT_MS = 15_000;

    /// Longest speech of the caller that is waited for. Its end may get lost with the audio.
    public static final long SPEECH_LIMIT_MS = 60_000;

    /// In place of the time since which the caller waits: nobody does.
    private static final long NOBODY_WAITS = Long.MAX_VALUE;

    private ConversationMachine() {}

    /// @param nowMs time of the input, in milliseconds since 1970; does not go back
    public static Step<Conversation, ConversationEffect> step(Conversation state, long nowMs, ConversationInput input) {
        return switch (state) {
            case Opening opening -> Beginning.step(opening, nowMs, input);
            case Bridged bridged -> bridged(bridged, input);
            case Thinking thinking -> thinking(thinking, nowMs, input);
            case Speaking speaking -> speaking(speaking, nowMs, input);
            case Listening listening -> listening(listening, nowMs, input);
            case Ended ended -> Step.stay(ended);
        };
    }

    /// The way of every frame of an echo: nothing is made here but the step.
    private static Step<Conversation, ConversationEffect> bridged(Bridged state, ConversationInput input) {
        return switch (input) {
            case AudioHeard heard when heard.frame().atMs() >= state.fromMs() -> Step.to(state, new Hear(heard.frame()));
            case ReplyPart part when part.turn() == state.turn() ->
                    Step.to(state, new Play(part.turn(), part.audio().length(), part.audio()));
            case CallEnded ended -> Step.to(new Ended(state.turn()));
            case EngineFailed failed -> fail(state.turn());
            case AudioHeard late -> Step.stay(state);
            case ReplyPart i -> Step.stay(state);
            case ReplyBegun i -> Step.stay(state);
            case ReplyFinished i -> Step.stay(state);
            case RunStarted i -> Step.stay(state);
            case Resumed i -> Step.stay(state);
            case SpeechStarted i -> Step.stay(state);
            case SpeechStopped i -> Step.stay(state);
            case DigitPressed i -> Step.stay(state);
            case MarkReached i -> Step.stay(state);
            case Played i -> Step.stay(state);
            case DeadlinePassed i -> Step.stay(state);
        };
    }

    private static Step<Conversation, ConversationEffect> thinking(Thinking state, long nowMs, ConversationInput input) {
        int turn = state.turn();
        return switch (input) {
            case ReplyBegun begun when begun.turn() == turn -> {
                var next = new Thinking(turn, state.sinceMs(), begun.manners(), begun.memory());
                yield begun.node() == null
                        ? Step.to(next, new Save())
                        : Step.to(next, new Tell(new Fact.NodeEntered(begun.node())), new Save());
            }
            case ReplyPart part when part.turn() == turn -> {
                List<ConversationEffect> effects = new ArrayList<>();
                effects.add(new Tell(new Fact.TurnStarted(turn, Party.AGENT)));
                if (state.sinceMs() != NOBODY_WAITS) {
                    effects.add(new Tell(new Fact.Latency(turn, Fact.Latency.FIRST_AUDIO, Math.max(0, nowMs - state.sinceMs()))));
                }
                yield Speech.go(Speech.begin(state, part, nowMs), nowMs, effects);
            }
            case ReplyFinished finished when finished.turn() == turn ->
                    after(turn, finished.then(), state.manners(), state.memory(), nowMs, new ArrayList<>());
            case DigitPressed pressed when state.manners().cutBy(pressed.digit()) ->
                    answerDigit(turn + 1, pressed.digit(), state.manners(), state.memory(), nowMs,
                            callerBegins(turn + 1, new StopThinking(turn)));
            case SpeechStarted started when state.manners().cutBySpeech() ->
                    hear(turn + 1, started, state.manners(), state.memory(), nowMs, effects(new StopThinking(turn)));
            case AudioHeard heard -> Step.to(state, new Hear(heard.frame()));
            case DeadlinePassed passed -> fail(turn, new StopThinking(turn));
            case EngineFailed failed -> fail(turn);
            case CallEnded ended -> Step.to(new Ended(turn), new StopThinking(turn), new ClearDeadline());
            case ReplyBegun i -> Step.stay(state);
            case ReplyPart i -> Step.stay(state);
            case ReplyFinished i -> Step.stay(state);
            case DigitPressed i -> Step.stay(state);
            case SpeechStarted i -> Step.stay(state);
            case SpeechStopped i -> Step.stay(state);
            case MarkReached i -> Step.stay(state);
            case Played i -> Step.stay(state);
            case RunStarted i -> Step.stay(state);
            case Resumed i -> Step.stay(state);
        };
    }

    private static Step<Conversation, ConversationEffect> speaking(Speaking state, long nowMs, ConversationInput input) {
        int turn = state.turn();
        return switch (input) {
            case ReplyPart part when part.turn() == turn && state.then() == null ->
                    Speech.go(Speech.add(state, part), nowMs, new ArrayList<>());
            case ReplyFinished finished when finished.turn() == turn && state.then() == null ->
                    Speech.go(Speech.complete(state, finished.then()), nowMs, new ArrayList<>());
            case Played played when played.turn() == turn -> {
                Speaking next = Speech.heard(state, played.playedMs());
                yield played.finished() && Speech.allSent(next) && next.playedMs() >= next.sentMs()
                        ? finish(next, nowMs)
                        : next.waiting().isEmpty() ? Step.to(next) : Speech.go(next, nowMs, new ArrayList<>());
            }
            case MarkReached mark when mark.turn() == turn && Speech.allSent(state) -> finish(state, nowMs);
            case DeadlinePassed passed when !state.waiting().isEmpty() -> // no news of the playback: go by the clock
                    Speech.go(Speech.heard(state, state.heardMs(nowMs)), nowMs, new ArrayList<>());
            case DeadlinePassed passed when Speech.allSent(state) -> finish(state, nowMs); // the mark is lost
            case DeadlinePassed passed -> fail(turn, new StopThinking(turn), said(state, nowMs, false));
            case DigitPressed pressed when state.manners().cutBy(pressed.digit()) ->
                    answerDigit(turn + 1, pressed.digit(), state.manners(), state.memory(), nowMs,
                            callerBegins(turn + 1, cut(state, nowMs)));
            case SpeechStarted started when state.manners().cutBySpeech() -> {
                List<ConversationEffect> effects = effects(cut(state, nowMs));
                effects.add(new Tell(new Fact.Latency(turn, Fact.Latency.BARGE_IN, started.agoMs())));
                yield hear(turn + 1, started, state.manners(), state.memory(), nowMs, effects);
            }
            case AudioHeard heard -> Step.to(state, new Hear(heard.frame()));
            case EngineFailed failed -> fail(turn, said(state, nowMs, false));
            case CallEnded ended -> Step.to(
                    new Ended(turn), new StopThinking(turn), new ClearDeadline(), said(state, nowMs, false));
            case ReplyBegun i -> Step.stay(state);
            case ReplyPart i -> Step.stay(state);
            case ReplyFinished i -> Step.stay(state);
            case Played i -> Step.stay(state);
            case MarkReached i -> Step.stay(state);
            case DigitPressed i -> Step.stay(state);
            case SpeechStarted i -> Step.stay(state);
            case SpeechStopped i -> Step.stay(state);
            case RunStarted i -> Step.stay(state);
            case Resumed i -> Step.stay(state);
        };
    }

    private static Step<Conversation, ConversationEffect> listening(Listening state, long nowMs, ConversationInput input) {
        int turn = state.turn();
        return switch (input) {
            case SpeechStarted started when state.manners().speech() && !state.hearing() ->
                    hear(turn + 1, started, state.manners(), state.memory(), nowMs, new ArrayList<>());
            case SpeechStopped stopped when state.manners().speech() && !state.hearing() -> // it began in a line that it could not cut
                    answerSpeech(
                            new Listening(turn + 1, state.manners(), state.memory(), true, nowMs), stopped.speechMs(), nowMs,
                            nowMs - stopped.agoMs(), callerBegins(turn + 1));
            case SpeechStopped stopped when state.hearing() ->
                    answerSpeech(state, stopped.speechMs(), nowMs, nowMs - stopped.agoMs(), new ArrayList<>());
            case DeadlinePassed passed when state.hearing() ->
                    answerSpeech(state, Math.max(0, nowMs - state.sinceMs()), nowMs, nowMs, new ArrayList<>());
            case DeadlinePassed passed ->
                    think(turn + 1, Prompt.SILENCE, state.manners(), state.memory(), nowMs, NOBODY_WAITS, new ArrayList<>());
            case DigitPressed pressed when state.manners().accepts(pressed.digit()) -> state.hearing()
                    ? answerDigit(turn, pressed.digit(), state.manners(), state.memory(), nowMs, new ArrayList<>())
                    : answerDigit(turn + 1, pressed.digit(), state.manners(), state.memory(), nowMs, callerBegins(turn + 1));
            case DigitPressed pressed when !state.hearing() -> Step.to(state, silenceLimit(state.manners(), nowMs));
            case AudioHeard heard -> Step.to(state, new Hear(heard.frame()));
            case EngineFailed failed -> fail(turn);
            case CallEnded ended -> Step.to(new Ended(turn), new ClearDeadline());
            case DigitPressed i -> Step.stay(state);
            case SpeechStarted i -> Step.stay(state);
            case SpeechStopped i -> Step.stay(state);
            case ReplyBegun i -> Step.stay(state);
            case ReplyPart i -> Step.stay(state);
            case ReplyFinished i -> Step.stay(state);
            case MarkReached i -> Step.stay(state);
            case Played i -> Step.stay(state);
            case RunStarted i -> Step.stay(state);
            case Resumed i -> Step.stay(state);
        };
    }

    /// The caller has heard the whole line.
    private static Step<Conversation, ConversationEffect> finish(Speaking state, long nowMs) {
        return after(
                state.turn(), Objects.requireNonNull(state.then()), state.manners(), state.memory(), nowMs,
                effects(said(state, nowMs, true)));
    }

    private static Step<Conversation, ConversationEffect> after(
            int turn, Then then, Manners manners, @Nullable JsonNode memory, long nowMs, List<ConversationEffect> effects) {
        return switch (then) {
            case LISTEN -> {
                effects.add(silenceLimit(manners, nowMs));
                effects.add(new Save());
                yield to(new Listening(turn, manners, memory, false, nowMs), effects);
            }
            case GO_ON -> think(turn + 1, Prompt.GO_ON, manners, memory, nowMs, NOBODY_WAITS, effects);
            case HANG_UP -> {
                effects.add(new ClearDeadline());
                effects.add(new Tell(new Fact.HungUp(End.AGENT_HANGUP)));
                effects.add(new HangUp(null));
                effects.add(new Save());
                yield to(new Ended(turn), effects);
            }
        };
    }

    private static Step<Conversation, ConversationEffect> hear(
            int turn, SpeechStarted started, Manners manners, @Nullable JsonNode memory, long nowMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.TurnStarted(turn, Party.CALLER)));
        effects.add(new SetDeadline(nowMs + SPEECH_LIMIT_MS));
        return to(new Listening(turn, manners, memory, true, nowMs - started.agoMs()), effects);
    }

    private static Step<Conversation, ConversationEffect> answerSpeech(
            Listening state, long speechMs, long nowMs, long sinceMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.Heard(state.turn(), null, speechMs)));
        return think(
                state.turn(), new Prompt.Speech(speechMs), state.manners(), state.memory(), nowMs, sinceMs, effects);
    }

    private static Step<Conversation, ConversationEffect> answerDigit(
            int turn, char digit, Manners manners, @Nullable JsonNode memory, long nowMs, List<ConversationEffect> effects) {
        effects.add(new Tell(new Fact.Heard(turn, String.valueOf(digit), null)));
        return think(turn, new Prompt.Key(digit), manners, memory, nowMs, nowMs, effects);
    }

    private static Step<Conversation, ConversationEffect> think(
            int turn, Prompt prompt, Manners manners, @Nullable JsonNode memory, long nowMs, long sinceMs,
            List<ConversationEffect> effects) {
        effects.add(new Think(turn, prompt));
        effects.add(thinkLimit(nowMs));
        return to(new Thinking(turn, sinceMs, manners, memory), effects);
    }

    private static ConversationEffect[] cut(Speaking state, long nowMs) {
        return new ConversationEffect[] {
            new StopThinking(state.turn()),
            new Clear(state.turn()),
            new Tell(new Fact.Interrupted(state.turn())),
            said(state, nowMs, false)
        };
    }

    private static List<ConversationEffect> callerBegins(int turn, ConversationEffect... before) {
        List<ConversationEffect> effects = effects(before);
        effects.add(new Tell(new Fact.TurnStarted(turn, Party.CALLER)));
        return effects;
    }

    private static Tell said(Speaking state, long nowMs, boolean whole) {
        return new Tell(new Fact.Said(state.turn(), state.text(), whole ? state.sentMs() : state.heardMs(nowMs), whole));
    }

    static Step<Conversation, ConversationEffect> fail(int turn, ConversationEffect... before) {
        List<ConversationEffect> effects = effects(before);
        effects.add(new ClearDeadline());
        effects.add(new HangUp(Failure.INTERNAL_ERROR));
        return to(new Ended(turn), effects);
    }

    static SetDeadline thinkLimit(long nowMs) {
        return new SetDeadline(nowMs + THINK_LIMIT_MS);
    }

    static SetDeadline silenceLimit(Manners manners, long nowMs) {
        return new SetDeadline(nowMs + manners.silenceAfterMs());
    }

    static List<ConversationEffect> effects(ConversationEffect... first) {
        return new ArrayList<>(List.of(first));
    }

    static Step<Conversation, ConversationEffect> to(Conversation state, List<ConversationEffect> effects) {
        return new Step<>(state, List.copyOf(effects));
    }
}
