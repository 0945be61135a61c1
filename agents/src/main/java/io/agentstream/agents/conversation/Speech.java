package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationEffect.AskForMark;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Floor.Speaking;
import io.agentstream.agents.conversation.Floor.Thinking;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The part of the floor's machine that sends a line: at most so far ahead of the caller's ear, in records of at most a second. Pure.
final class Speech {

    /// Bytes in a millisecond of 8 kHz mu-law.
    static final int MS_BYTES = 8;

    /// Bytes of one provider message: 20 ms.
    static final int FRAME_BYTES = 160;

    /// Bytes of one command.
    static final int CHUNK_BYTES = 8_000;

    /// How far audio is sent ahead of what the caller has heard. The gateway's queue holds several times as much.
    static final long AHEAD_MS = 10_000;

    /// How much later than by the clock a mark may come.
    static final long MARK_GRACE_MS = 3_000;

    private Speech() {}

    static Speaking begin(Thinking state, ReplyPart part, long nowMs) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), part.text(), List.of(part.audio()), 0, 0, nowMs, null,
                state.sinceMs(), state.caller());
    }

    static Speaking add(Speaking state, ReplyPart part) {
        List<Slice> waiting = new ArrayList<>(state.waiting());
        waiting.add(part.audio());
        String text = state.text().isEmpty() || part.text().isEmpty()
                ? state.text() + part.text()
                : state.text() + " " + part.text();
        return with(state, text, waiting, state.sentMs(), state.playedMs(), state.endsMs(), state.then());
    }

    static Speaking complete(Speaking state, Then then) {
        return with(state, state.text(), state.waiting(), state.sentMs(), state.playedMs(), state.endsMs(), then);
    }

    static Speaking heard(Speaking state, long playedMs) {
        return with(
                state, state.text(), state.waiting(), state.sentMs(),
                Math.clamp(playedMs, state.playedMs(), Math.max(state.playedMs(), state.sentMs())), state.endsMs(), state.then());
    }

    /// The turn's first sound was heard, `heardMs` of it by now: how long the caller waited for it, told once.
    static Optional<Tell> audible(Speaking state, long nowMs, long heardMs) {
        return heardMs <= 0 || state.sinceMs() == FloorMachine.NOBODY_WAITS
                ? Optional.empty()
                : Optional.of(new Tell(new Fact.Latency(
                        state.turn(), Fact.Latency.FIRST_PLAYED, Math.max(0, nowMs - heardMs - state.sinceMs()))));
    }

    /// Nobody waits for the turn's first sound any more.
    static Speaking begun(Speaking state) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), FloorMachine.NOBODY_WAITS, state.caller());
    }

    static boolean allSent(Speaking state) {
        return state.then() != null && state.waiting().isEmpty();
    }

    /// Sends what may be sent now, and sets the deadline that fits.
    static Step<Floor, ConversationEffect> go(Speaking state, long nowMs, List<ConversationEffect> effects) {
        List<Slice> waiting = new ArrayList<>(state.waiting());
        long sentMs = state.sentMs();
        long endsMs = Math.max(state.endsMs(), nowMs);
        while (!waiting.isEmpty() && sentMs - state.playedMs() < AHEAD_MS) {
            Slice first = waiting.removeFirst();
            int bytes = Math.min(first.length(), CHUNK_BYTES);
            if (bytes < first.length()) {
                waiting.addFirst(first.part(bytes, first.length() - bytes));
            }
            effects.add(new Play(state.turn(), FRAME_BYTES, first.part(0, bytes)));
            sentMs += bytes / MS_BYTES;
            endsMs += bytes / MS_BYTES;
        }
        Speaking next = with(state, state.text(), waiting, sentMs, state.playedMs(), endsMs, state.then());
        if (allSent(next)) {
            effects.add(new AskForMark(next.turn()));
            effects.add(new SetDeadline(endsMs + MARK_GRACE_MS));
        } else if (waiting.isEmpty()) {
            effects.add(new SetDeadline(endsMs + FloorMachine.THINK_LIMIT_MS));
        } else {
            effects.add(new SetDeadline(Math.max(nowMs, endsMs - AHEAD_MS / 2)));
        }
        return new Step<>(next, List.copyOf(effects));
    }

    static Speaking with(Speaking state, Caller caller) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), state.sinceMs(), caller);
    }

    private static Speaking with(
            Speaking state, String text, List<Slice> waiting, long sentMs, long playedMs, long endsMs,
            @Nullable Then then) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), text, List.copyOf(waiting), sentMs, playedMs, endsMs, then,
                state.sinceMs(), state.caller());
    }
}
