package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.SocketCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/// One I/O thread with its calls: their buffers, their timer, and the way in for commands. Everything but [#submit] and [#execute]
/// is for that thread only.
final class IoLoop {

    private static final int BUFFER_BYTES = Inbox.TURN_BYTES;

    /// No call can wait for less, so that a thousand calls cost one timer a hundred times a second.
    private static final long TICK_US = 10_000;

    private static final long IDLE_TICK_US = 250_000;

    /// Batches of commands that may wait for the thread; then the reader waits, and Kafka keeps the rest.
    private static final int MAX_BATCHES = 32;

    /// A thread that takes nothing for so long never will.
    private static final long STUCK_S = 30;

    /// Commands for calls of one thread, from one poll.
    static final class Batch {
        private final List<CallSocket> calls = new ArrayList<>();
        private final List<SocketCommand> commands = new ArrayList<>();

        void add(CallSocket call, SocketCommand command) {
            calls.add(call);
            commands.add(command);
        }

        private void run() {
            for (int i = 0; i < calls.size(); i++) {
                calls.get(i).onCommand(commands.get(i));
            }
        }
    }

    private final XnioIoThread thread;
    private final GatewayClock clock;
    private final Semaphore batches = new Semaphore(MAX_BATCHES);

    private final List<CallSocket> calls = new ArrayList<>();
    private XnioExecutor.@Nullable Key timer;
    private long timerAtUs = Long.MAX_VALUE;
    private boolean ticking;

    /// What is read and written passes through these; a call uses them only while it has the thread.
    final byte[] in = new byte[BUFFER_BYTES];

    final ByteBuffer inBuffer = ByteBuffer.wrap(in);

    /// The audio of the message that is being read.
    final InboundAudio audio = new InboundAudio(MediaFrameCodec.AUDIO_PAYLOAD_OFFSET, MediaFrameCodec.MAX_PAYLOAD_BYTES);

    byte[] out = new byte[BUFFER_BYTES];
    ByteBuffer outBuffer = ByteBuffer.wrap(out);
    int outBytes;

    IoLoop(XnioIoThread thread, GatewayClock clock) {
        this.thread = thread;
        this.clock = clock;
    }

    long nowUs() {
        return clock.nowUs();
    }

    long wallMs() {
        return clock.wall().millis();
    }

    /// Runs `task` on the thread, unless the server is gone. Any thread.
    void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException stopped) {
            // its calls are gone with it
        }
    }

    /// Runs `task` when every socket that is ready by now has had its turn.
    void afterTheOthers(Runnable task) {
        later(task, 1);
    }

    /// Runs `task` so much later, unless the server is gone; then there is nothing to be taken back either.
    private XnioExecutor.@Nullable Key later(Runnable task, long ms) {
        try {
            return thread.executeAfter(task, ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            return null; // its calls are gone with it
        }
    }

    /// Hands commands over. Waits while the thread is far behind. One thread at a time.
    void submit(Batch batch) throws InterruptedException {
        if (!batches.tryAcquire(STUCK_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("an I/O thread has taken no command for " + STUCK_S + " s");
        }
        execute(() -> {
            batches.release();
            batch.run();
        });
    }

    /// Room for `bytes` more in [#out], which may be another array than before.
    void reserve(int bytes) {
        if (out.length - outBytes < bytes) {
            byte[] bigger = new byte[Math.max(2 * out.length, outBytes + bytes)];
            System.arraycopy(out, 0, bigger, 0, outBytes);
            out = bigger;
            outBuffer = ByteBuffer.wrap(bigger);
        }
    }

    void add(CallSocket call) {
        call.place = calls.size();
        calls.add(call);
    }

    void remove(CallSocket call) {
        CallSocket last = calls.removeLast();
        if (call.place < calls.size()) {
            calls.set(call.place, last);
            last.place = call.place;
        }
    }

    /// Sees to it that a call is ticked at that time, or a little later.
    void wakeAt(long atUs, long nowUs) {
        if (ticking) {
            return; // the tick under way sees to all calls
        }
        long soonest = Math.max(atUs, nowUs + TICK_US);
        if (soonest + TICK_US >= timerAtUs || (soonest >= nowUs + IDLE_TICK_US && timer != null)) {
            return;
        }
        if (timer != null) {
            timer.remove();
        }
        arm(Math.min(soonest, nowUs + IDLE_TICK_US), nowUs);
    }

    private void arm(long atUs, long nowUs) {
        timerAtUs = atUs;
        timer = later(this::tick, Math.max(1, (atUs - nowUs) / 1_000));
    }

    private void tick() {
        timer = null;
        timerAtUs = Long.MAX_VALUE;
        ticking = true;
        long nowUs = nowUs();
        long nextUs = Long.MAX_VALUE;
        for (int i = calls.size() - 1; i >= 0; i--) { // a call that goes puts the last one, which had its turn, in its place
            CallSocket call = calls.get(i);
            if (call.dueUs <= nowUs) {
                call.onTick();
            }
            nextUs = Math.min(nextUs, call.dueUs);
        }
        ticking = false;
        if (!calls.isEmpty()) {
            arm(Math.clamp(nextUs, nowUs + TICK_US, nowUs + IDLE_TICK_US), nowUs);
        }
    }

    /// Does something with each call of this thread.
    void forEach(Consumer<CallSocket> action) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            action.accept(calls.get(i));
        }
    }
}
