package io.agentstream.gateway.call;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the caller is to hear of one call, and a clock that knows how much of it was heard.
///
/// Audio goes out at once while less than the look-ahead is at the provider, and waits here otherwise. A second of audio is a
/// second of playing, so what was sent says when it will have been heard, with or without the provider's help. A turn counts as
/// finished when the next one sounds or when nothing of it came for [#TURN_GRACE_US] after its last sound.
///
/// Mutable instead of a state of [CallMachine], because it changes with each frame. Confined to its call's thread; deterministic,
/// time is a parameter in microseconds.
public final class Playback {

    /// One sample of mu-law at 8 kHz.
    static final long BYTE_US = 125;

    /// Audio that may wait: two minutes. What is beyond is dropped, and the rest of its turn too, so that the caller hears a turn
    /// that is cut off at its end, not one with a hole in it.
    static final int MAX_QUEUED_BYTES = 1 << 20;

    static final int MAX_QUEUED_ITEMS = 10_000;
    static final int MAX_MARKS = 1_000;

    static final long PROGRESS_US = 1_000_000;
    static final long TURN_GRACE_US = 500_000;

    /// How much later than the clock says a provider may play and still be the one to say that a mark was reached.
    static final long MARK_GRACE_US = 200_000;

    /// Does what playback decides. Called only during calls of [Playback]'s methods.
    public interface Output {
        void media(byte[] audio, int from, int length);

        void clear();

        void mark(String wireName);

        void played(int turn, long playedMs, boolean finished);

        void markReached(int turn, String name);

        void dropped(Drop why, int frames);

        /// The audio before this ended before this came.
        void late();
    }

    /// Why audio or a mark is not played.
    public enum Drop {
        /// Its turn was cleared.
        CLEARED,
        /// More waits than may wait.
        OVERFLOW
    }

    private static final class Item {
        final int turn;
        final @Nullable String mark;
        final Slice audio;
        final int frameBytes;
        int sent;

        Item(int turn, @Nullable String mark, Slice audio, int frameBytes) {
            this.turn = turn;
            this.mark = mark;
            this.audio = audio;
            this.frameBytes = frameBytes;
        }

        int left() {
            return audio.length() - sent;
        }

        int framesLeft() {
            return (left() + frameBytes - 1) / frameBytes;
        }
    }

    private static final class Turn {
        final int number;
        long sentUs;
        long endUs;

        Turn(int number, long sentUs) {
            this.number = number;
            this.sentUs = sentUs;
        }

        long playedMs(long nowUs) {
            return Math.max(0, sentUs - Math.max(0, endUs - nowUs)) / 1_000;
        }
    }

    private record Mark(int turn, String name, String wireName, long dueUs) {}

    private final long lookAheadUs;
    private final Output output;

    private boolean open;
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private int queuedBytes;
    private int queuedMarks;
    /// Marks that were sent and not reached, oldest first.
    private final List<Mark> marks = new ArrayList<>();
    /// Turns of which something was sent and that are not finished, oldest first.
    private final ArrayDeque<Turn> turns = new ArrayDeque<>();

    private long endUs;
    private long progressAtUs;
    private int clearedTurn = Integer.MIN_VALUE;
    private int cutTurn = Integer.MIN_VALUE;
    private int newestSentTurn = Integer.MIN_VALUE;
    private @Nullable Turn finished;

    public Playback(long lookAheadUs, Output output) {
        this.lookAheadUs = lookAheadUs;
        this.output = output;
    }

    /// Nothing goes out before this; what comes before waits.
    public void open(long nowUs) {
        open = true;
        pump(nowUs);
    }

    public void play(SocketCommand.Play play, long nowUs) {
        Slice audio = play.payload();
        if (audio.length() == 0) {
            return;
        }
        int turn = play.turn();
        int frames = (audio.length() + play.frameBytes() - 1) / play.frameBytes();
        if (turn <= clearedTurn && clearedTurn != Integer.MIN_VALUE) {
            output.dropped(Drop.CLEARED, frames);
            return;
        }
        if (open && queue.isEmpty() && frames == 1 && endUs - nowUs < lookAheadUs) {
            send(turn, audio, 0, audio.length(), nowUs); // the usual case leaves nothing behind
            return;
        }
        boolean full = queuedBytes + audio.length() > MAX_QUEUED_BYTES || queue.size() >= MAX_QUEUED_ITEMS;
        if (full || (turn == cutTurn && turn != Integer.MIN_VALUE)) {
            cutTurn = turn;
            output.dropped(Drop.OVERFLOW, frames);
            return;
        }
        queue.addLast(new Item(turn, null, audio, play.frameBytes()));
        queuedBytes += audio.length();
        pump(nowUs);
    }

    public void mark(SocketCommand.Mark mark, long nowUs) {
        if (mark.turn() <= clearedTurn && clearedTurn != Integer.MIN_VALUE) {
            output.dropped(Drop.CLEARED, 0);
            return;
        }
        if (queuedMarks + marks.size() >= MAX_MARKS) {
            output.dropped(Drop.OVERFLOW, 0);
            return;
        }
        queue.addLast(new Item(mark.turn(), mark.name(), Slice.EMPTY, 1));
        queuedMarks++;
        pump(nowUs);
    }

    /// Drops all audio and marks of `turn` and of earlier ones, also at the provider; unless a later turn sounds there already.
    public void clear(int turn, long nowUs) {
        if (turn <= clearedTurn) {
            return;
        }
        clearedTurn = turn;
        dropQueued(turn);
        marks.removeIf(mark -> mark.turn() <= turn);
        boolean told = finished != null && finished.number == turn;
        Iterator<Turn> sounding = turns.iterator();
        while (sounding.hasNext()) {
            Turn candidate = sounding.next();
            if (candidate.number <= turn) {
                sounding.remove();
                finish(candidate, nowUs);
                told |= candidate.number == turn;
            }
        }
        if (newestSentTurn <= turn && open) {
            output.clear();
            endUs = nowUs;
        }
        if (!told) {
            output.played(turn, 0, true);
        }
        pump(nowUs);
    }

    private void dropQueued(int turn) {
        Iterator<Item> items = queue.iterator();
        while (items.hasNext()) {
            Item item = items.next();
            if (item.turn <= turn) {
                items.remove();
                if (item.mark != null) {
                    queuedMarks--;
                } else {
                    queuedBytes -= item.left();
                    output.dropped(Drop.CLEARED, item.framesLeft());
                }
            }
        }
    }

    /// The provider says that it reached a mark of ours; what it says of dropped ones is not for us.
    public void echoed(String wireName) {
        for (int i = 0; i < marks.size(); i++) {
            Mark mark = marks.get(i);
            if (mark.wireName().equals(wireName)) {
                marks.remove(i);
                output.markReached(mark.turn(), mark.name());
                return;
            }
        }
    }

    /// Sends what is due and says what was reached.
    public void tick(long nowUs) {
        pump(nowUs);
        while (!marks.isEmpty() && marks.getFirst().dueUs() <= nowUs) {
            Mark mark = marks.removeFirst();
            output.markReached(mark.turn(), mark.name());
        }
        progress(nowUs);
    }

    /// Nothing more will be heard: the call ends.
    public void end(long nowUs) {
        open = false;
        queue.clear();
        marks.clear();
        queuedBytes = 0;
        queuedMarks = 0;
        @Nullable Turn turn;
        while ((turn = turns.poll()) != null) {
            finish(turn, nowUs);
        }
    }

    /// When [#tick(long)] has something to do at the earliest.
    public long dueUs() {
        long due = Long.MAX_VALUE;
        if (open && !queue.isEmpty()) {
            due = endUs - lookAheadUs + 1;
        }
        if (!marks.isEmpty()) {
            due = Math.min(due, marks.getFirst().dueUs());
        }
        Turn first = turns.peekFirst();
        if (first != null) {
            due = Math.min(due, Math.min(progressAtUs, turns.size() > 1 ? first.endUs : first.endUs + TURN_GRACE_US));
        }
        return due;
    }

    private void pump(long nowUs) {
        while (open) {
            Item item = queue.peekFirst();
            if (item == null) {
                return;
            }
            if (item.mark != null) {
                queue.removeFirst();
                queuedMarks--;
                String wireName = item.turn + ":" + item.mark;
                marks.add(new Mark(item.turn, item.mark, wireName, Math.max(endUs, nowUs) + MARK_GRACE_US));
                output.mark(wireName);
                continue;
            }
            if (endUs - nowUs >= lookAheadUs) {
                return;
            }
            int length = Math.min(item.frameBytes, item.left());
            send(item.turn, item.audio, item.sent, length, nowUs);
            item.sent += length;
            queuedBytes -= length;
            if (item.left() == 0) {
                queue.removeFirst();
            }
        }
    }

    private void send(int number, Slice audio, int from, int length, long nowUs) {
        Turn turn = turns.peekLast();
        if (turn == null) {
            progressAtUs = nowUs + PROGRESS_US;
        }
        if (turn == null || turn.number != number) {
            turn = new Turn(number, finished != null && finished.number == number ? finished.sentUs : 0);
            turns.addLast(turn);
        } else if (endUs < nowUs) {
            output.late();
        }
        long lengthUs = length * BYTE_US;
        endUs = Math.max(endUs, nowUs) + lengthUs;
        turn.sentUs += lengthUs;
        turn.endUs = endUs;
        newestSentTurn = Math.max(newestSentTurn, number);
        output.media(audio.array(), audio.offset() + from, length);
    }

    private void progress(long nowUs) {
        @Nullable Turn first;
        while ((first = turns.peekFirst()) != null) {
            boolean over = turns.size() > 1
                    ? first.endUs <= nowUs
                    : first.endUs + TURN_GRACE_US <= nowUs && queuedBytes == 0;
            if (!over) {
                break;
            }
            turns.removeFirst();
            finish(first, nowUs);
        }
        if (first != null && progressAtUs <= nowUs) {
            progressAtUs = nowUs + PROGRESS_US;
            output.played(first.number, first.playedMs(nowUs), false);
        }
    }

    private void finish(Turn turn, long nowUs) {
        finished = turn;
        turn.sentUs = turn.playedMs(nowUs) * 1_000;
        output.played(turn.number, turn.playedMs(Long.MAX_VALUE), true);
    }
}
