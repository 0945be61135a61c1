package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.FloorMachine.effects;
import static io.agentstream.agents.conversation.FloorMachine.fail;
import static io.agentstream.agents.conversation.FloorMachine.to;

import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Understand;
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
import io.agentstream.agents.conversation.ConversationInput.TurnWanted;
import io.agentstream.agents.conversation.Floor.Held;
import io.agentstream.agents.conversation.Floor.Listening;
import io.agentstream.agents.conversation.Floor.Pause;
import io.agentstream.agents.conversation.Floor.Speaking;
import io.agentstream.agents.conversation.TurnTaking.Talk;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The part of the floor's machine in which the caller speaks into a line. Pure.
///
/// The agent has to fall silent before anybody can know whether an "okay" is all that comes. So it does, keeps the line, and goes on where it
/// stopped when it was no more than that. What lasts, or what somebody has understood to mean more, takes the floor.
final class Interrupting {

    /// Speech of this length is meant: a "mhm" is shorter.
    static final long MEANT_MS = 700;

    /// How much later than its end it is known that a sound is over.
    static final long KNOWN_MS = 240;

    /// How long the words of a short sound are waited for, from when it is known to be over.
    static final long WORDS_MS = 600;

    private Interrupting() {}

    /// The caller begins to speak into a line that may be cut by speech.
    static Step<Floor, ConversationEffect> started(Speaking state, SpeechStarted started, long nowMs) {
        Speaking talkedInto = Speech.with(state, state.caller().speaks(nowMs - started.agoMs()));
        BargeIn cuts = state.manners().cuts();
        if (cuts.words() > 0) {
            return Step.to(talkedInto);
        }
        if (started.agoMs() >= cuts.speechMs()) {
            return fallSilent(talkedInto, nowMs);
        }
        Speaking armed = Speech.armed(talkedInto, talkedInto.caller().sinceMs() + cuts.speechMs());
        return Step.to(armed, new SetDeadline(Math.min(armed.dueMs(), armed.fallsSilentMs())));
    }

    /// The caller falls silent, and the line goes on.
    static Step<Floor, ConversationEffect> stopped(Speaking state, SpeechStopped stopped, long nowMs) {
        Speaking next = Speech.with(state, left(state, state.caller(), stopped, nowMs));
        return state.fallsSilentMs() == Dialogue.NEVER
                ? Step.to(next)
                : Step.to(Speech.armed(next, Dialogue.NEVER), new SetDeadline(next.dueMs()));
    }

    /// Into a line that nothing may cut something can be said that is answered behind it, and so can what is too little to cut one into its end.
    private static Caller left(Speaking line, Caller caller, SpeechStopped stopped, long nowMs) {
        boolean isFirm = !line.manners().interruptible();
        boolean isMeant = isFirm && stopped.speechMs() >= MEANT_MS;
        boolean mayBeWords = isFirm || line.manners().cuts().words() > 0 || stopped.speechMs() >= BargeIn.SOUND_MS;
        boolean isKept = line.manners().speech() && (isMeant || (mayBeWords && isAlmostOver(line, line.heardMs(nowMs))));
        return isKept ? caller.leaves(stopped.speechMs(), nowMs - stopped.agoMs()) : caller.fallsSilent();
    }

    /// Words are understood while the agent speaks.
    static Step<Floor, ConversationEffect> understood(Speaking state, CallerWords words, long nowMs) {
        BargeIn cuts = state.manners().cuts();
        boolean speaks = state.caller().speaking();
        boolean enough = cuts.words() > 0
                ? words.words() >= cuts.words()
                : words.words() > 0 && (speaks || state.wire().baseMs() > 0); // they may come when the line goes on already
        if (!enough || words.backChannel() || !state.manners().cutBySpeech()) {
            return Step.to(state);
        }
        long beganMs = speaks ? state.caller().sinceMs() : nowMs;
        return takeFloor(
                new Held(state, state.heardMs(nowMs), nowMs, beganMs, speaks ? 0 : nowMs, null), words, nowMs, new Clear(state.turn()));
    }

    /// The agent stops, whatever comes of it.
    static Step<Floor, ConversationEffect> fallSilent(Speaking state, long nowMs) {
        long heardMs = state.heardMs(nowMs);
        Speaking line = Speech.armed(state, Dialogue.NEVER);
        Held held = new Held(line, heardMs, nowMs, state.caller().sinceMs(), 0, null);
        if (state.caller().speechMs(nowMs) >= MEANT_MS || isAlmostOver(state, heardMs)) {
            return takeFloor(held, null, nowMs, new Clear(state.turn()));
        }
        List<ConversationEffect> effects = effects(new Clear(state.turn()));
        Optional<Tell> audible = Speech.audible(state, nowMs, heardMs); // now: the time for which the line is held is none that was waited for it
        audible.ifPresent(effects::add);
        effects.add(new SetDeadline(held.beganMs() + MEANT_MS + KNOWN_MS));
        return to(audible.isPresent() ? held.with(Speech.begun(line)) : held, effects);
    }

    private static boolean isAlmostOver(Speaking state, long heardMs) {
        return Speech.allSent(state) && state.sentMs() - heardMs <= BargeIn.LAST_MS;
    }

    static Step<Floor, ConversationEffect> held(Held state, long nowMs, ForFloor input) {
        Speaking line = state.line();
        int reply = line.wire().reply();
        return switch (input) {
            case ReplyPart part when part.turn() == reply && line.then() == null -> Step.to(state.with(Speech.add(line, part)));
            case ReplyFinished finished when finished.turn() == reply && line.then() == null ->
                    Step.to(state.with(Speech.complete(line, finished.then())));
            case Played played when played.turn() == line.turn() -> { // how much it was when the agent stopped, as the gateway knows it
                Speaking heard = Speech.played(line, played.playedMs());
                long heardMs = played.finished() ? heard.playedMs() : Math.max(state.heardMs(), heard.playedMs());
                yield Step.to(new Held(heard, heardMs, state.sinceMs(), state.beganMs(), state.endedMs(), state.words()));
            }
            case SpeechStarted started when state.endedMs() > 0 -> soundsAgain(state, nowMs - started.agoMs(), nowMs);
            case SpeechStopped stopped when state.endedMs() == 0 -> soundOver(state, nowMs - stopped.agoMs(), stopped.speechMs(), nowMs);
            case CallerWords words when words.words() > 0 && !words.backChannel() -> takeFloor(state, words, nowMs);
            case CallerWords words when state.endedMs() > 0 -> goOn(state, nowMs);
            case CallerWords words ->
                Step.to(new Held(line, state.heardMs(), state.sinceMs(), state.beganMs(), state.endedMs(), words));
            case DeadlinePassed passed when state.endedMs() == 0 -> takeFloor(state, state.words(), nowMs);
            case DeadlinePassed passed -> goOn(state, nowMs);
            case DigitPressed pressed when line.manners().cutBy(pressed.digit()) -> TurnTaking.answerKey(
                    TurnTaking.of(line).nextTurn(), pressed.digit(), nowMs,
                    TurnTaking.callerBegins(line.turn() + 1, cut(line, state.heardMs(), nowMs).toArray(ConversationEffect[]::new)));
            case DigitPressed pressed -> Step.to(state.with(Speech.with(line, line.caller().presses(pressed.digit()))));
            case TurnWanted wanted -> TurnTaking.takeTurn(
                    TurnTaking.of(line), nowMs, effects(new StopThinking(reply), said(line, state.heardMs(), false)));
            case EngineFailed _, Broken _ -> fail(input, line.turn(), said(line, state.heardMs(), false));
            case CallEnded ended -> TurnTaking.ended(
                    TurnTaking.of(line), nowMs, new StopThinking(reply), new ClearDeadline(), said(line, state.heardMs(), false));
            case AudioHeard _, ReplyBegun _, ReplyDelayed _, ReplyPart _, ReplyFinished _, Played _, MarkReached _, RunStarted _, Resumed _,
                    SpeechStarted _, SpeechStopped _ -> Step.stay(state);
        };
    }

    /// Two short sounds are one that is as long as both.
    private static Step<Floor, ConversationEffect> soundsAgain(Held state, long beganMs, long nowMs) {
        long asIfMs = beganMs - Math.max(0, state.endedMs() - state.beganMs());
        Held next = new Held(
                Speech.with(state.line(), state.line().caller().speaks(asIfMs)), state.heardMs(), state.sinceMs(), asIfMs, 0, state.words());
        return Step.to(next, new SetDeadline(Math.max(nowMs, asIfMs + MEANT_MS + KNOWN_MS)));
    }

    /// A sound is over; it may have come in a burst, and was as long as it says then. The words of a short one may still be on the way to whoever understands them; without such it is none.
    private static Step<Floor, ConversationEffect> soundOver(Held state, long endedMs, long speechMs, long nowMs) {
        long beganMs = Math.min(state.beganMs(), endedMs - speechMs);
        Held silent = new Held(
                Speech.with(state.line(), state.line().caller().fallsSilent()), state.heardMs(), state.sinceMs(), beganMs, endedMs, state.words());
        CallerWords words = state.words();
        if (endedMs - beganMs >= MEANT_MS) {
            return takeFloor(silent, words, nowMs);
        }
        return !state.line().manners().cuts().understood() || (words != null && words.backChannel())
                ? goOn(silent, nowMs)
                : Step.to(silent, new Understand(), new SetDeadline(nowMs + WORDS_MS));
    }

    /// It was no interruption: the line goes on where it stopped, under another number, because the former one is cleared everywhere.
    private static Step<Floor, ConversationEffect> goOn(Held state, long nowMs) {
        return Speech.go(Speech.again(state.line(), state.heardMs(), nowMs), nowMs, effects(new Save()));
    }

    /// The caller has the floor: goes on speaking, or has said what there was to say.
    private static Step<Floor, ConversationEffect> takeFloor(
            Held state, @Nullable CallerWords words, long nowMs, ConversationEffect... stopping) {
        Speaking line = state.line();
        List<ConversationEffect> effects = cut(line, state.heardMs(), nowMs, stopping);
        effects.add(new Tell(new Fact.Latency(line.wire().reply(), Fact.Latency.BARGE_IN, Math.max(0, state.sinceMs() - state.beganMs()))));
        Talk talk = TurnTaking.of(line).nextTurn().with(line.caller().takesTurn());
        effects.add(new Tell(new Fact.TurnStarted(talk.turn(), Party.CALLER)));
        Ending ending = words == null ? Ending.UNKNOWN : words.ending();
        if (state.endedMs() == 0) {
            effects.add(new SetDeadline(nowMs + FloorMachine.SPEECH_LIMIT_MS));
            return to(new Listening(talk.turn(), talk.manners(), talk.memory(), true, talk.caller(), null, ending), effects);
        }
        Pause pause = new Pause(state.endedMs(), Math.max(0, state.endedMs() - state.beganMs()));
        return Pausing.waiting(new Listening(talk.turn(), talk.manners(), talk.memory(), true, talk.caller(), pause, ending), nowMs, effects);
    }

    /// What follows from a line that is not said to its end.
    static List<ConversationEffect> cut(Speaking line, long heardMs, long nowMs, ConversationEffect... stopping) {
        int reply = line.wire().reply();
        List<ConversationEffect> effects = effects(new StopThinking(reply));
        effects.addAll(List.of(stopping));
        effects.add(new Tell(new Fact.Interrupted(reply)));
        Speech.audible(line, nowMs, heardMs).ifPresent(effects::add);
        effects.add(said(line, heardMs, false));
        return effects;
    }

    static Tell said(Speaking line, long heardMs, boolean whole) {
        return new Tell(new Fact.Said(line.wire().reply(), line.text(), heardMs, whole));
    }
}
