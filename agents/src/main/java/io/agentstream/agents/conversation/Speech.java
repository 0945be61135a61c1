package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationEffect.AskForMark;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Floor.Speaking;
import io.agentstream.agents.conversation.Floor.Thinking;
import io.agentstream.agents.conversation.Floor.Wire;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
                state.sinceMs(), state.caller().answered(), Wire.of(state.turn()), Dialogue.NEVER, Dialogue.NEVER);
    }

    static Speaking add(Speaking state, ReplyPart part) {
        List<Slice> waiting = new ArrayList<>(state.waiting());
        waiting.add(part.audio());
        String text = state.text().isEmpty() || part.text().isEmpty()
                ? state.text() + part.text()
                : state.text() + " " + part.text();
        return new Speaking(
                state.turn(), state.manners(), state.memory(), text, List.copyOf(waiting), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), state.sinceMs(), state.caller(), state.wire(), state.dueMs(), state.fallsSilentMs());
    }

    static Speaking complete(Speaking state, Then then) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), then, state.sinceMs(), state.caller(), state.wire(), state.dueMs(), state.fallsSilentMs());
    }

    /// @param playedMs how much was heard under the turn's newest number
    static Speaking played(Speaking state, long playedMs) {
        return heard(state, state.wire().baseMs() + playedMs);
    }

    /// @param heardMs how much of the line was heard
    static Speaking heard(Speaking state, long heardMs) {
        long playedMs = Math.clamp(heardMs, state.playedMs(), Math.max(state.playedMs(), state.sentMs()));
        Wire wire = state.wire();
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), playedMs, state.endsMs(),
                state.then(), state.sinceMs(), state.caller(),
                new Wire(wire.reply(), wire.baseMs(), behind(wire.unheard(), state.sentMs(), playedMs, false)), state.dueMs(),
                state.fallsSilentMs());
    }

    /// What is left of audio from some point of its line on.
    ///
    /// @param endMs where in the line it ends
    /// @param exactly whether a piece may be cut
    private static List<Slice> behind(List<Slice> audio, long endMs, long fromMs, boolean exactly) {
        long atMs = endMs;
        for (Slice each : audio) {
            atMs -= each.length() / MS_BYTES;
        }
        int first = 0;
        while (first < audio.size() && atMs + audio.get(first).length() / MS_BYTES <= fromMs) {
            atMs += audio.get(first++).length() / MS_BYTES;
        }
        if (!exactly || first == audio.size() || atMs >= fromMs) {
            return first == 0 ? audio : List.copyOf(audio.subList(first, audio.size()));
        }
        List<Slice> rest = new ArrayList<>(audio.subList(first, audio.size()));
        int heard = (int) (fromMs - atMs) * MS_BYTES;
        rest.set(0, rest.getFirst().part(heard, rest.getFirst().length() - heard));
        return List.copyOf(rest);
    }

    /// The line from a point on, under the next number, as if nothing behind that point had been sent.
    static Speaking again(Speaking state, long heardMs, long nowMs) {
        List<Slice> waiting = new ArrayList<>(behind(state.wire().unheard(), state.sentMs(), heardMs, true));
        waiting.addAll(state.waiting());
        return new Speaking(
                state.turn() + 1, state.manners(), state.memory(), state.text(), List.copyOf(waiting), heardMs, heardMs, nowMs, state.then(),
                state.sinceMs(), state.caller(), new Wire(state.wire().reply(), heardMs, List.of()), Dialogue.NEVER, Dialogue.NEVER);
    }

    /// The agent is to fall silent then; [Dialogue#NEVER]: it is not.
    static Speaking armed(Speaking state, long fallsSilentMs) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), state.sinceMs(), state.caller(), state.wire(), state.dueMs(), fallsSilentMs);
    }

    /// The turn's first sound was heard, `heardMs` of it by now: how long the caller waited for it, told once.
    static Optional<Tell> audible(Speaking state, long nowMs, long heardMs) {
        return heardMs <= 0 || state.sinceMs() == FloorMachine.NOBODY_WAITS
                ? Optional.empty()
                : Optional.of(new Tell(new Fact.Latency(
                        state.wire().reply(), Fact.Latency.FIRST_PLAYED, Math.max(0, nowMs - heardMs - state.sinceMs()))));
    }

    /// Nobody waits for the turn's first sound any more.
    static Speaking begun(Speaking state) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), FloorMachine.NOBODY_WAITS, state.caller(), state.wire(), state.dueMs(), state.fallsSilentMs());
    }

    static boolean allSent(Speaking state) {
        return state.then() != null && state.waiting().isEmpty();
    }

    /// Sends what may be sent now, and sets the deadline that fits.
    static Step<Floor, ConversationEffect> go(Speaking state, long nowMs, List<ConversationEffect> effects) {
        List<Slice> waiting = new ArrayList<>(state.waiting());
        List<Slice> unheard = new ArrayList<>(state.wire().unheard());
        long sentMs = state.sentMs();
        long endsMs = Math.max(state.endsMs(), nowMs);
        while (!waiting.isEmpty() && sentMs - state.playedMs() < AHEAD_MS) {
            Slice first = waiting.removeFirst();
            int bytes = Math.min(first.length(), CHUNK_BYTES);
            if (bytes < first.length()) {
                waiting.addFirst(first.part(bytes, first.length() - bytes));
            }
            Slice sent = first.part(0, bytes);
            effects.add(new Play(state.turn(), FRAME_BYTES, sent));
            unheard.add(sent);
            sentMs += bytes / MS_BYTES;
            endsMs += bytes / MS_BYTES;
        }
        boolean all = state.then() != null && waiting.isEmpty();
        long dueMs = all
                ? endsMs + MARK_GRACE_MS
                : waiting.isEmpty() ? endsMs + FloorMachine.THINK_LIMIT_MS : Math.max(nowMs, endsMs - AHEAD_MS / 2);
        Speaking next = new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), List.copyOf(waiting), sentMs, state.playedMs(), endsMs,
                state.then(), state.sinceMs(), state.caller(),
                new Wire(state.wire().reply(), state.wire().baseMs(), List.copyOf(unheard)), dueMs, state.fallsSilentMs());
        if (all) {
            effects.add(new AskForMark(next.turn()));
        }
        effects.add(new SetDeadline(Math.min(dueMs, next.fallsSilentMs())));
        return new Step<>(next, List.copyOf(effects));
    }

    /// The line is waited for anew.
    static Step<Floor, ConversationEffect> delayed(Speaking state, long dueMs) {
        Speaking next = new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), state.sinceMs(), state.caller(), state.wire(), dueMs, state.fallsSilentMs());
        return Step.to(next, new SetDeadline(Math.min(dueMs, next.fallsSilentMs())));
    }

    static Speaking with(Speaking state, Caller caller) {
        return new Speaking(
                state.turn(), state.manners(), state.memory(), state.text(), state.waiting(), state.sentMs(), state.playedMs(),
                state.endsMs(), state.then(), state.sinceMs(), caller, state.wire(), state.dueMs(), state.fallsSilentMs());
    }
}
