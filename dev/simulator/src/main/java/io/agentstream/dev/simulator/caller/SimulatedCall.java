package io.agentstream.dev.simulator.caller;

import io.agentstream.dev.simulator.caller.CallEvent.Kind;
import io.agentstream.dev.simulator.caller.CallOutcome.Ending;
import io.agentstream.dev.simulator.caller.ProviderFrames.Received;
import java.io.IOException;
import java.net.http.WebSocket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One call in progress: sends 20 ms of the caller every 20 ms by an absolute schedule, plays what comes, follows the script.
///
/// Everything happens on one virtual thread; [#hangUp] may be called from any. Every wait has an end: the socket takes a frame
/// within 10 s or the call has failed, and the last frames of an echo and the close handshake are given 2 s each.
public final class SimulatedCall {

    private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(TelephoneFrame.MS);
    private static final long SEND_LIMIT_MS = 10_000;
    private static final long ECHO_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long CLOSE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final byte[] NOTHING = new byte[0];

    private final CallPlan plan;
    private final WebSocket socket;
    private final Inbox inbox;
    private final ProviderFrames frames;
    private final CallRecord record;
    private final Script script;
    private final EchoProbe probe;
    private final long connectMs;
    private final PlaybackBuffer playback = new PlaybackBuffer();
    private final Ear ear = new Ear();
    private byte[] mouth = NOTHING;
    private int spoken;
    private volatile boolean hangUpAsked;

    SimulatedCall(CallPlan plan, WebSocket socket, Inbox inbox, CallRecord record, long connectMs) {
        this.plan = plan;
        this.socket = socket;
        this.inbox = inbox;
        this.record = record;
        this.connectMs = connectMs;
        this.frames = new ProviderFrames(plan);
        this.script = new Script(plan.steps());
        this.probe = new EchoProbe(plan.probe() ? (int) (plan.maxMs() / TelephoneFrame.MS) + 1 : 0);
    }

    /// Ends the call as the provider does after a hang-up by REST, or a caller who has heard enough. Comes back at once.
    public void hangUp() {
        hangUpAsked = true;
    }

    /// The whole call. To be run once, on its own thread.
    CallOutcome run() throws InterruptedException {
        CallEnd end;
        try {
            end = talk();
        } catch (IOException failure) {
            // The gateway closes while we are sending: what it said counts, not that our frame was lost.
            CallEnd said = awaitClose(Ending.PEER_CLOSED);
            end = said.closeCode() == -1 ? CallEnd.failed(String.valueOf(failure.getMessage())) : said;
        } finally {
            socket.abort();
        }
        long now = System.nanoTime();
        record.note(now, Kind.CLOSED, end.closeCode() + " " + end.closeReason());
        return record.outcome(plan, end, connectMs, now, probe.latency());
    }

    private CallEnd talk() throws IOException, InterruptedException {
        send(ProviderFrames.CONNECTED);
        send(frames.start());
        long start = System.nanoTime();
        record.startedAt(start);
        for (long tick = 0; ; tick++) {
            CallEnd ended = listenUntil(start + tick * FRAME_NANOS);
            if (ended != null) {
                return ended;
            }
            long nowMs = tick * TelephoneFrame.MS;
            hear(nowMs);
            boolean wantsOut = followScript(nowMs);
            if (wantsOut || hangUpAsked) {
                return leave(Ending.HUNG_UP);
            }
            if (nowMs >= plan.maxMs()) {
                return leave(Ending.LIMIT);
            }
            send(frames.media(nextFrame(nowMs)));
            record.sent();
        }
    }

    /// Handles what comes until `untilNanos`; the end of the call where it came.
    private @Nullable CallEnd listenUntil(long untilNanos) throws IOException, InterruptedException {
        while (true) {
            Inbox.Message message = inbox.next(untilNanos - System.nanoTime());
            switch (message) {
                case null -> {
                    return null;
                }
                case Inbox.Message.Closed closed -> {
                    return CallEnd.closed(
                            closed.code() == 1006 ? Ending.FAILED : Ending.PEER_CLOSED, closed.code(), closed.reason());
                }
                case Inbox.Message.Binary _ -> record.rejected(System.nanoTime(), "a binary frame");
                case Inbox.Message.Text text -> received(frames.read(text.text()), text.atNanos());
            }
        }
    }

    private void received(Received received, long atNanos) throws IOException, InterruptedException {
        switch (received) {
            case Received.Media media -> {
                record.audioArrived(atNanos);
                if (plan.probe()) {
                    probe.returned(media.audio().mulaw(), atNanos);
                }
                if (!playback.audio(media.audio())) {
                    record.rejected(atNanos, "more audio than is buffered for a call");
                }
            }
            case Received.Mark mark -> {
                record.note(atNanos, Kind.MARKED, mark.name());
                if (!playback.mark(mark.name())) {
                    record.rejected(atNanos, "more marks than are kept for a call");
                }
                reached(playback.reachedMarks());
            }
            case Received.Clear _ -> {
                record.note(atNanos, Kind.CLEARED, playback.bufferedMs() + " ms");
                reached(playback.clear());
            }
            case Received.Rejected rejected -> record.rejected(atNanos, rejected.why());
        }
    }

    private void reached(List<String> marks) throws IOException, InterruptedException {
        for (String mark : marks) {
            record.note(System.nanoTime(), Kind.MARK_REACHED, mark);
            if (plan.echoMarks()) {
                send(frames.mark(mark));
            }
        }
    }

    private void hear(long nowMs) throws IOException, InterruptedException {
        PlaybackBuffer.Played played = playback.play();
        record.heard(played.frame());
        reached(played.reached());
        switch (ear.hear(played.heardBytes() > 0 && TelephoneFrame.isSpeech(played.frame().mulaw()), nowMs)) {
            case SPEAKS -> record.agentSpeaks(System.nanoTime());
            case FELL_SILENT -> record.note(System.nanoTime(), Kind.AGENT_SILENT, "");
            case NONE -> {}
        }
    }

    /// Takes the step that is due; whether it was to hang up.
    private boolean followScript(long nowMs) throws IOException, InterruptedException {
        if (spoken < mouth.length) {
            return false;
        }
        Action action = script.due(ear, nowMs).orElse(null);
        switch (action) {
            case null -> {
                return false;
            }
            case Action.Say say -> {
                mouth = say.speech().mulaw();
                spoken = 0;
                record.note(System.nanoTime(), Kind.SAID, say.speech().lengthMs() + " ms");
                return false;
            }
            case Action.Press press -> {
                send(frames.dtmf(press.digit()));
                record.note(System.nanoTime(), Kind.PRESSED, String.valueOf(press.digit()));
                script.done(nowMs);
                return false;
            }
            case Action.HangUp _ -> {
                return true;
            }
        }
    }

    private byte[] nextFrame(long nowMs) {
        if (spoken >= mouth.length) {
            return plan.probe() ? probe.next(System.nanoTime()) : TelephoneFrame.silence();
        }
        byte[] frame = TelephoneFrame.silence();
        byte[] part = Arrays.copyOfRange(mouth, spoken, Math.min(mouth.length, spoken + TelephoneFrame.BYTES));
        System.arraycopy(part, 0, frame, 0, part.length);
        spoken += part.length;
        if (spoken >= mouth.length) {
            mouth = NOTHING;
            spoken = 0;
            script.done(nowMs + TelephoneFrame.MS);
        }
        return frame;
    }

    /// Hangs up once the echo of what was sent is there, and waits for the gateway to close its side.
    private CallEnd leave(Ending ending) throws IOException, InterruptedException {
        CallEnd ended = listenForEchoes();
        if (ended != null) {
            return ended;
        }
        record.note(System.nanoTime(), Kind.HUNG_UP, ending == Ending.LIMIT ? "limit" : "");
        if (plan.sendStop()) {
            send(frames.stop());
        }
        try {
            finish(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        } catch (IOException closed) {
            // whoever has heard the stop may be faster
        }
        return awaitClose(ending);
    }

    /// A frame that is on its way when the caller leaves is not lost, and must not be counted so.
    private @Nullable CallEnd listenForEchoes() throws IOException, InterruptedException {
        long until = System.nanoTime() + ECHO_LIMIT_NANOS;
        CallEnd ended = null;
        while (ended == null && probe.isAwaitingFrames() && System.nanoTime() < until) {
            ended = listenUntil(System.nanoTime() + FRAME_NANOS);
        }
        return ended;
    }

    private CallEnd awaitClose(Ending ending) throws InterruptedException {
        long until = System.nanoTime() + CLOSE_LIMIT_NANOS;
        while (true) {
            Inbox.Message message = inbox.next(until - System.nanoTime());
            if (message == null) {
                return CallEnd.closed(ending, -1, "");
            }
            if (message instanceof Inbox.Message.Closed closed) {
                return CallEnd.closed(ending, closed.code(), closed.reason());
            }
        }
    }

    private void send(String frame) throws IOException, InterruptedException {
        finish(socket.sendText(frame, true));
    }

    private static void finish(CompletableFuture<WebSocket> sending) throws IOException, InterruptedException {
        try {
            sending.get(SEND_LIMIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooSlow) {
            throw new IOException("the gateway did not read for " + SEND_LIMIT_MS + " ms", tooSlow);
        } catch (ExecutionException broken) {
            throw new IOException("the socket broke while sending", broken);
        }
    }
}
