package io.agentstream.dev.simulator.caller;

import io.agentstream.dev.simulator.caller.CallEvent.Kind;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What is noted down during a call. Confined to the thread of its call. Bounded by the call's length and 10,000 events.
final class CallRecord {

    private static final int MAX_EVENTS = 10_000;
    private static final int MAX_ARRIVALS = 200_000;

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final List<CallEvent> events = new ArrayList<>();
    private final List<Long> arrivalsMs = new ArrayList<>();
    private final Consumer<CallEvent> listener;
    private long startNanos;
    private long framesSent;
    private long framesReceived;
    private long rejected;
    private long firstAudioMs = -1;
    private long firstSpeechMs = -1;

    /// @param listener told each event as it happens, on the thread of the call
    CallRecord(long nowNanos, Consumer<CallEvent> listener) {
        this.listener = listener;
        startNanos = nowNanos;
    }

    /// From now on time counts from here.
    void startedAt(long nowNanos) {
        startNanos = nowNanos;
        note(nowNanos, Kind.STARTED, "");
    }

    long ms(long nowNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - startNanos);
    }

    void note(long nowNanos, Kind kind, String detail) {
        if (events.size() < MAX_EVENTS) {
            CallEvent event = new CallEvent(ms(nowNanos), kind, detail);
            events.add(event);
            listener.accept(event);
        }
    }

    void sent() {
        framesSent++;
    }

    void audioArrived(long nowNanos) {
        framesReceived++;
        if (arrivalsMs.size() < MAX_ARRIVALS) {
            arrivalsMs.add(ms(nowNanos));
        }
        if (firstAudioMs < 0) {
            firstAudioMs = ms(nowNanos);
            note(nowNanos, Kind.FIRST_AUDIO, "");
        }
    }

    void rejected(long nowNanos, String why) {
        rejected++;
        note(nowNanos, Kind.REJECTED, why);
    }

    void agentSpeaks(long nowNanos) {
        if (firstSpeechMs < 0) {
            firstSpeechMs = ms(nowNanos);
        }
        note(nowNanos, Kind.AGENT_SPEAKS, "");
    }

    void heard(Speech frame) {
        heard.writeBytes(frame.mulaw());
    }

    CallOutcome outcome(CallPlan plan, CallEnd end, long connectMs, long nowNanos, EchoLatency latency) {
        return new CallOutcome(
                plan.session(),
                plan.callSid(),
                plan.streamSid(),
                end.ending(),
                end.closeCode(),
                end.closeReason(),
                end.httpStatus(),
                end.failure(),
                connectMs,
                firstAudioMs,
                firstSpeechMs,
                ms(nowNanos),
                framesSent,
                framesReceived,
                rejected,
                Speech.ofMulaw(heard.toByteArray()),
                arrivalsMs,
                events,
                latency);
    }
}
