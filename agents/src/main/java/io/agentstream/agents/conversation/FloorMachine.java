package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Hear;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.Broken;
import io.agentstream.agents.conversation.ConversationInput.CallEnded;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
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
import io.agentstream.agents.conversation.ConversationInput.TurnWanted;
import io.agentstream.agents.conversation.Floor.Bridged;
import io.agentstream.agents.conversation.Floor.Ended;
import io.agentstream.agents.conversation.Floor.Held;
import io.agentstream.agents.conversation.Floor.Listening;
import io.agentstream.agents.conversation.Floor.Opening;
import io.agentstream.agents.conversation.Floor.Speaking;
import io.agentstream.agents.conversation.Floor.Thinking;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who speaks when: the half of the machine that knows nothing of what is said. Pure.
///
/// Turns are numbered from 1. Whatever makes the agent speak begins a new one: the opening, a key, speech, silence, a line
/// that leads on by itself. A reply that comes for another turn than the current one is passed over, so that audio of an
/// interrupted turn never goes out, however late its engine stops.
///
/// A caller who speaks is known to speak in every state. Keys that nobody takes wait for a node that takes keys, and what is said into a line
/// that may not be cut for the line's end.
final class FloorMachine {

    /// How long an engine may take for its first audio, and between two pieces of it.
    static final long THINK_LIMIT_MS = 15_000;

    /// Longest speech of the caller that is waited for before the agent takes the floor. A line with music on it never falls silent.
    static final long SPEECH_LIMIT_MS = 60_000;

    /// In place of the time since which the caller waits: nobody does.
    static final long NOBODY_WAITS = Long.MAX_VALUE;

    private FloorMachine() {}

    static Step<Floor, ConversationEffect> step(Floor state, long nowMs, ForFloor input) {
        return switch (state) {
            case Opening opening -> Beginning.step(opening, nowMs, input);
            case Bridged bridged -> bridged(bridged, input);
            case Thinking thinking -> thinking(thinking, nowMs, input);
            case Speaking speaking -> speaking(speaking, nowMs, input);
            case Held held -> Interrupting.held(held, nowMs, input);
            case Listening listening -> TurnTaking.listening(listening, nowMs, input);
            case Ended ended -> Step.stay(ended);
        };
    }

    /// The effect of what comes with every frame and changes nothing; null where an input is none of that, or has no effect.
    static @Nullable ConversationEffect passing(Floor state, ConversationInput input) {
        if (input instanceof AudioHeard heard) {
            return hears(state, heard.frame().atMs()) ? new Hear(heard.frame()) : null;
        }
        return input instanceof ReplyPart part && state instanceof Bridged bridged && part.turn() == bridged.turn()
                ? new Play(part.turn(), part.audio().length(), part.audio())
                : null;
    }

    private static boolean hears(Floor state, long atMs) {
        return switch (state) {
            case Opening _, Ended _ -> false;
            case Bridged bridged -> atMs >= bridged.fromMs();
            case Thinking _, Speaking _, Held _, Listening _ -> true;
        };
    }

    private static Step<Floor, ConversationEffect> bridged(Bridged state, ForFloor input) {
        return switch (input) {
            case CallEnded ended -> Step.to(new Ended(state.turn()));
            case EngineFailed _, Broken _ -> fail(input, state.turn());
            case AudioHeard _, ReplyPart _, ReplyBegun _, ReplyDelayed _, ReplyFinished _, RunStarted _, Resumed _, SpeechStarted _,
                    SpeechStopped _, CallerWords _, DigitPressed _, MarkReached _, Played _, DeadlinePassed _, TurnWanted _ -> Step.stay(state);
        };
    }

    private static Step<Floor, ConversationEffect> thinking(Thinking state, long nowMs, ForFloor input) {
        int turn = state.turn();
        return switch (input) {
            case ReplyBegun begun when begun.turn() == turn -> begun(state, begun, nowMs);
            case ReplyDelayed delayed when delayed.turn() == turn -> Step.to(state, thinkLimit(nowMs));
            case ReplyPart part when part.turn() == turn -> {
                List<ConversationEffect> effects = new ArrayList<>();
                effects.add(new Tell(new Fact.TurnStarted(turn, Party.AGENT)));
                if (state.sinceMs() != NOBODY_WAITS) {
                    effects.add(new Tell(new Fact.Latency(turn, Fact.Latency.FIRST_AUDIO, Math.max(0, nowMs - state.sinceMs()))));
                }
                yield Speech.go(Speech.begin(state, part, nowMs), nowMs, effects);
            }
            case ReplyFinished finished when finished.turn() == turn ->
                    TurnTaking.afterNothing(state, finished.then(), nowMs);
            case DigitPressed pressed when state.manners().cutBy(pressed.digit()) -> TurnTaking.answerKey(
                    TurnTaking.of(state).nextTurn(), pressed.digit(), nowMs, TurnTaking.callerBegins(turn + 1, new StopThinking(turn)));
            case SpeechStarted started when state.manners().cutBySpeech() ->
                    TurnTaking.hear(
                            TurnTaking.of(state).nextTurn().with(state.caller().goesOn(nowMs - started.agoMs(), state.manners().waits())), started, nowMs,
                            effects(new StopThinking(turn)));
            case DigitPressed pressed -> Step.to(with(state, state.caller().presses(pressed.digit())));
            case SpeechStarted started -> Step.to(with(state, state.caller().speaks(nowMs - started.agoMs())));
            case SpeechStopped stopped -> Step.to(with(state, state.caller().fallsSilent()));
            case TurnWanted wanted -> TurnTaking.takeTurn(TurnTaking.of(state), nowMs, effects(new StopThinking(turn)));
            case DeadlinePassed passed -> fail(turn, new StopThinking(turn));
            case EngineFailed _, Broken _ -> fail(input, turn);
            case CallEnded ended -> TurnTaking.ended(TurnTaking.of(state), nowMs, new StopThinking(turn), new ClearDeadline());
            case AudioHeard _, ReplyBegun _, ReplyDelayed _, ReplyPart _, ReplyFinished _, CallerWords _, MarkReached _, Played _,
                    RunStarted _, Resumed _ -> Step.stay(state);
        };
    }

    private static Thinking with(Thinking state, Caller caller) {
        return new Thinking(state.turn(), state.sinceMs(), state.manners(), state.memory(), caller, state.soundless());
    }

    /// A key that was pressed before may be the answer to a line that is not said yet: people who know a menu do not wait for it.
    private static Step<Floor, ConversationEffect> begun(Thinking state, ReplyBegun begun, long nowMs) {
        int turn = state.turn();
        List<ConversationEffect> effects = new ArrayList<>();
        if (begun.node() != null) {
            effects.add(new Tell(new Fact.NodeEntered(begun.node(), begun.outcome())));
        }
        effects.add(new Save());
        Thinking next = new Thinking(turn, state.sinceMs(), begun.manners(), begun.memory(), state.caller(), state.soundless());
        int at = begun.manners().interruptible() ? begun.manners().firstAccepted(state.caller().keys()) : -1;
        if (at < 0) {
            return to(next, effects);
        }
        effects.add(new StopThinking(turn));
        effects.addAll(TurnTaking.callerBegins(turn + 1));
        return TurnTaking.answerKey(
                TurnTaking.of(next).nextTurn().with(next.caller().without(at + 1)), next.caller().keys().charAt(at), nowMs, effects);
    }

    private static Step<Floor, ConversationEffect> speaking(Speaking state, long nowMs, ForFloor input) {
        int turn = state.turn();
        int reply = state.wire().reply();
        return switch (input) {
            case ReplyPart part when part.turn() == reply && state.then() == null ->
                    Speech.go(Speech.add(state, part), nowMs, new ArrayList<>());
            case ReplyFinished finished when finished.turn() == reply && state.then() == null ->
                    Speech.go(Speech.complete(state, finished.then()), nowMs, new ArrayList<>());
            case ReplyDelayed delayed when delayed.turn() == reply && state.then() == null && state.waiting().isEmpty() ->
                    Speech.delayed(state, Math.max(nowMs, state.endsMs()) + THINK_LIMIT_MS);
            case Played played when played.turn() == turn -> played(state, played, nowMs);
            case MarkReached mark when mark.turn() == turn && Speech.allSent(state) -> finish(state, nowMs);
            case DeadlinePassed passed when nowMs >= state.fallsSilentMs() -> Interrupting.fallSilent(state, nowMs);
            case DeadlinePassed passed when !state.waiting().isEmpty() -> // no news of the playback: go by the clock
                    Speech.go(Speech.heard(state, state.heardMs(nowMs)), nowMs, new ArrayList<>());
            case DeadlinePassed passed when Speech.allSent(state) -> finish(state, nowMs); // the mark is lost
            case DeadlinePassed passed -> fail(turn, new StopThinking(reply), Interrupting.said(state, state.heardMs(nowMs), false));
            case DigitPressed pressed when state.manners().cutBy(pressed.digit()) -> {
                List<ConversationEffect> cut = Interrupting.cut(state, state.heardMs(nowMs), nowMs, new Clear(turn));
                yield TurnTaking.answerKey(
                        TurnTaking.of(state).nextTurn(), pressed.digit(), nowMs,
                        TurnTaking.callerBegins(turn + 1, cut.toArray(ConversationEffect[]::new)));
            }
            case SpeechStarted started when state.manners().cutBySpeech() -> Interrupting.started(state, started, nowMs);
            case CallerWords words -> Interrupting.understood(state, words, nowMs);
            case TurnWanted wanted -> TurnTaking.takeTurn(
                    TurnTaking.of(state), nowMs,
                    effects(new StopThinking(reply), new Clear(turn), Interrupting.said(state, state.heardMs(nowMs), false)));
            case DigitPressed pressed -> Step.to(Speech.with(state, state.caller().presses(pressed.digit())));
            case SpeechStarted started -> Step.to(Speech.with(state, state.caller().speaks(nowMs - started.agoMs())));
            case SpeechStopped stopped -> Interrupting.stopped(state, stopped, nowMs);
            case EngineFailed _, Broken _ -> fail(input, turn, Interrupting.said(state, state.heardMs(nowMs), false));
            case CallEnded ended -> TurnTaking.ended(
                    TurnTaking.of(state), nowMs, new StopThinking(reply), new ClearDeadline(),
                    Interrupting.said(state, state.heardMs(nowMs), false));
            case AudioHeard _, ReplyBegun _, ReplyDelayed _, ReplyPart _, ReplyFinished _, Played _, MarkReached _, RunStarted _,
                    Resumed _ -> Step.stay(state);
        };
    }

    private static Step<Floor, ConversationEffect> played(Speaking state, Played played, long nowMs) {
        Speaking heard = Speech.played(state, played.playedMs());
        if (played.finished() && Speech.allSent(heard) && heard.playedMs() >= heard.sentMs()) {
            return finish(heard, nowMs);
        }
        List<ConversationEffect> effects = new ArrayList<>();
        Optional<Tell> audible = Speech.audible(heard, nowMs, heard.playedMs());
        audible.ifPresent(effects::add);
        Speaking next = audible.isPresent() ? Speech.begun(heard) : heard;
        return next.waiting().isEmpty() ? to(next, effects) : Speech.go(next, nowMs, effects);
    }

    /// The caller has heard the whole line.
    private static Step<Floor, ConversationEffect> finish(Speaking state, long nowMs) {
        List<ConversationEffect> effects = new ArrayList<>();
        Speech.audible(state, Math.min(nowMs, state.endsMs() + Speech.MARK_GRACE_MS / 2), state.sentMs()).ifPresent(effects::add);
        effects.add(Interrupting.said(state, state.sentMs(), true));
        return TurnTaking.after(TurnTaking.of(state), Objects.requireNonNull(state.then()), nowMs, effects);
    }

    /// What the agent's own services have done is no failure of ours, of which nobody pays the talk: the call ends as its agent ends it.
    static Step<Floor, ConversationEffect> fail(ForFloor cause, int turn, ConversationEffect... before) {
        return cause instanceof Broken broken && broken.isByServices() ? TurnTaking.hangUp(turn, null, effects(before)) : fail(turn, before);
    }

    private static Step<Floor, ConversationEffect> fail(int turn, ConversationEffect... before) {
        List<ConversationEffect> effects = effects(before);
        effects.add(new ClearDeadline());
        effects.add(new HangUp(Failure.INTERNAL_ERROR));
        return to(new Ended(turn, Failure.INTERNAL_ERROR), effects);
    }

    static SetDeadline thinkLimit(long nowMs) {
        return new SetDeadline(nowMs + THINK_LIMIT_MS);
    }

    static List<ConversationEffect> effects(ConversationEffect... first) {
        return new ArrayList<>(List.of(first));
    }

    static Step<Floor, ConversationEffect> to(Floor state, List<ConversationEffect> effects) {
        return new Step<>(state, List.copyOf(effects));
    }
}
