package io.agentstream.gateway.call;

import io.agentstream.schemas.CommandOrder;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;

/// What the caller is to hear of one call, and a clock that knows how much of it was heard.
///
/// Audio goes out at once while less than the look-ahead is at the provider, and waits here otherwise. A second of audio is a
/// second of playing, so what was sent says when it will have been heard, with or without the provider's help.
///
/// Turns are numbered by the worker. Where another worker takes the call up, its numbers need not go on where the former's ended:
/// inside here a turn is what [WorkerTurns] makes of it.
///
/// What was heard when is told in [Stretches]: where one begins and, where it does not run into the next, where it ends. A pause that is
/// shorter than a sample is none.
///
/// Mutable instead of a state of [CallMachine], because it changes with each frame. Confined to its call's thread; deterministic,
/// time is a parameter in microseconds.
public final class Playback {

    static final int MAX_MARKS = 1_000;

    private static final long NO_TURN = Long.MIN_VALUE;

    /// Does what playback decides. Called only during calls of [Playback]'s methods.
    public interface Output {
        void media(byte[] audio, int from, int length);

        void clear();

        void mark(String wireName);

        void played(int turn, long playedMs, boolean finished);

        void markReached(int turn, String name);

        /// From now, or from this later time on, the caller hears a turn's audio from that byte on.
        ///
        /// @param epoch the worker's whose turn it is
        /// @param fromByte counted in the audio of the turn that was accepted
        void playing(int turn, int epoch, long fromByte, long startsAtUs);

        /// From this time on the caller hears nothing of what was told to be playing. Told at once where it was cut off; where it just ended,
        /// once nothing has followed for half a second.
        void silence(long fromUs);

        void dropped(Drop why, int frames);

        /// The audio before this, of the same turn, ended before this came: the caller heard a pause.
        void late(long pauseUs);
    }

    /// Why audio or a mark is not played.
    public enum Drop {
        /// Its turn was cleared.
        CLEARED,
        /// More waits than may wait. The rest of its turn is dropped too, so that the caller hears a turn that is cut off at its end,
        /// not one with a hole in it.
        OVERFLOW,
        /// It came already.
        REPEATED,
        /// A worker sent it that has lost the call.
        FORMER_WORKER
    }

    private final long lookAheadUs;
    private final Output output;
    private final CommandOrder order = new CommandOrder();
    private final WorkerTurns workers = new WorkerTurns();
    private final PlayQueue queue = new PlayQueue();
    private final TurnClock turns = new TurnClock(this::played);
    private final Stretches stretches = new Stretches(NO_TURN);
    private final SentMarks marks = new SentMarks(this::reached);

    private int bytesPerMs = MediaFormat.MULAW_8K.bytesPerMs();
    private long sampleUs = 1_000 / bytesPerMs;
    private boolean open;
    private long endUs;
    private long clearedTurn = NO_TURN;
    private long cutTurn = NO_TURN;
    private long newestSentTurn = NO_TURN;

    public Playback(long lookAheadUs, Output output) {
        this.lookAheadUs = lookAheadUs;
        this.output = output;
    }

    /// How the call's audio is encoded. To be said before [#open].
    public void format(MediaFormat format) {
        bytesPerMs = format.bytesPerMs();
        sampleUs = 1_000 / bytesPerMs;
    }

    /// Nothing goes out before this; what comes before waits.
    public void open(long nowUs) {
        open = true;
        pump(nowUs);
    }

    /// Until when the caller hears something of what was sent so far; in the past where he hears nothing now.
    public long soundsUntilUs() {
        return endUs;
    }

    /// Whether a command is to be acted on. To be asked once for each command of the call, in order.
    public boolean accepts(SocketCommand command) {
        return switch (order.judge(command)) {
            case TAKEN -> true;
            case TAKEN_OVER -> {
                workers.takenOver(command);
                marks.clear(); // nobody waits for the former's
                yield true;
            }
            case FORMER -> dropped(command, Drop.FORMER_WORKER);
            case REPEATED -> dropped(command, Drop.REPEATED);
        };
    }

    private boolean dropped(SocketCommand command, Drop why) {
        output.dropped(why, command instanceof SocketCommand.Play play ? frames(play) : 0);
        return false;
    }

    public void play(SocketCommand.Play play, long nowUs) {
        Slice audio = play.payload();
        if (audio.length() == 0) {
            return;
        }
        long turn = workers.turn(play.turn());
        if (turn <= clearedTurn) {
            output.dropped(Drop.CLEARED, frames(play));
            return;
        }
        if (open && queue.isEmpty() && turn != cutTurn && audio.length() <= play.frameBytes() && endUs - nowUs < lookAheadUs) {
            // the usual case leaves nothing behind
            send(turn, order.epoch(), order.fromByte(), audio.array(), audio.offset(), audio.length(), nowUs);
            return;
        }
        if (turn == cutTurn || !queue.hasRoom(audio.length(), bytesPerMs)) {
            cutTurn = turn;
            queue.cut(turn);
            output.dropped(Drop.OVERFLOW, frames(play));
            return;
        }
        queue.audio(turn, audio, play.frameBytes(), order.epoch(), order.fromByte());
        pump(nowUs);
    }

    private static int frames(SocketCommand.Play play) {
        return (play.payload().length() + play.frameBytes() - 1) / play.frameBytes();
    }

    public void mark(SocketCommand.Mark mark, long nowUs) {
        long turn = workers.turn(mark.turn());
        if (turn <= clearedTurn) {
            output.dropped(Drop.CLEARED, 0);
            return;
        }
        if (queue.marks() + marks.size() >= MAX_MARKS) {
            output.dropped(Drop.OVERFLOW, 0);
            return;
        }
        queue.mark(turn, mark.name());
        pump(nowUs);
    }

    /// Drops all audio and marks of the turn `number` and of earlier ones, also at the provider; unless a later turn sounds there
    /// already.
    public void clear(int number, long nowUs) {
        long turn = workers.turn(number);
        if (turn <= clearedTurn) {
            return;
        }
        clearedTurn = turn;
        queue.dropUpTo(turn, frames -> output.dropped(Drop.CLEARED, frames));
        marks.dropUpTo(turn);
        turns.cleared(turn, nowUs);
        if (newestSentTurn <= turn && open) {
            output.clear();
            silence(Math.min(endUs, nowUs));
            endUs = nowUs;
        }
        pump(nowUs);
    }

    /// The provider says that it reached a mark of ours; what it says of dropped ones is not for us.
    public void echoed(String wireName) {
        marks.echoed(wireName);
    }

    private void reached(SentMarks.Mark mark) {
        output.markReached(WorkerTurns.number(mark.turn()), mark.name());
    }

    /// Sends what is due and says what was reached.
    public void tick(long nowUs) {
        pump(nowUs);
        marks.tick(nowUs);
        turns.tick(queue.bytes() > 0, nowUs);
        if (queue.bytes() == 0 && endUs + TurnClock.GRACE_US <= nowUs) {
            silence(endUs);
        }
    }

    /// Nothing more will be heard: the call ends.
    public void end(long nowUs) {
        open = false;
        queue.clear();
        marks.clear();
        turns.end(nowUs);
    }

    /// When [#tick(long)] has something to do at the earliest.
    public long dueUs() {
        long due = Math.min(turns.dueUs(), marks.dueUs());
        return open && !queue.isEmpty() ? Math.min(due, endUs - lookAheadUs + 1) : due;
    }

    private void pump(long nowUs) {
        while (open) {
            PlayQueue.Item item = queue.first();
            if (item == null) {
                return;
            }
            if (item.mark != null) {
                queue.dropFirstMark();
                sendMark(item.turn, item.mark, nowUs);
            } else if (endUs - nowUs >= lookAheadUs) {
                return;
            } else {
                send(item.turn, item.epoch, item.nextByte(), item.array(), item.nextAt(), item.nextBytes(), nowUs);
                if (queue.frameSent()) {
                    silence(endUs);
                }
            }
        }
    }

    /// A mark of a former worker is of use to nobody.
    private void sendMark(long turn, String name, long nowUs) {
        if (workers.isPresent(turn)) {
            String wireName = workers.wirePrefix() + WorkerTurns.number(turn) + ":" + name;
            marks.sent(turn, name, wireName, Math.max(endUs, nowUs));
            output.mark(wireName);
        }
    }

    private void send(long turn, int epoch, long fromByte, byte[] audio, int from, int length, long nowUs) {
        boolean paused = nowUs - endUs >= sampleUs;
        if (paused && turns.isLatest(turn)) {
            output.late(nowUs - endUs);
        }
        long startUs = paused ? nowUs : endUs;
        if (stretches.begins(turn, fromByte, length, paused)) {
            output.playing(WorkerTurns.number(turn), epoch, fromByte, startUs);
        }
        long lengthUs = length * 1_000L / bytesPerMs;
        endUs = startUs + lengthUs;
        turns.sent(turn, lengthUs, endUs, nowUs);
        newestSentTurn = Math.max(newestSentTurn, turn);
        output.media(audio, from, length);
    }

    /// What is told to be playing ends. Also where all that was sent was heard: of the turn more may have been accepted, or may come later.
    private void silence(long fromUs) {
        if (stretches.end()) {
            output.silence(fromUs);
        }
    }

    private void played(long turn, long playedMs, boolean finished) {
        if (workers.isClear(turn)) {
            output.played(WorkerTurns.number(turn), playedMs, finished);
        }
    }
}
