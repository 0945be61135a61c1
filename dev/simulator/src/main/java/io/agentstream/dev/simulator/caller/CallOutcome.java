package io.agentstream.dev.simulator.caller;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of a call. Times are milliseconds after `start` was sent; -1 stands for "never".
///
/// `closeCode` is the gateway's, 1006 where the socket just ended, 1000 where it confirmed our hang-up, -1 where nothing came.
/// `httpStatus` is that of a refused upgrade, else -1. `failure` says what went wrong on our side of the wire. `heard` is the
/// caller's ear from `start` on as mu-law, silence included.
public record CallOutcome(
        String session,
        String callSid,
        String streamSid,
        Ending ending,
        int closeCode,
        String closeReason,
        int httpStatus,
        @Nullable String failure,
        long connectMs,
        long firstAudioMs,
        long firstSpeechMs,
        long lengthMs,
        long framesSent,
        long framesReceived,
        long rejected,
        Speech heard,
        List<Long> arrivalsMs,
        List<CallEvent> events,
        EchoLatency latency) {

    /// Who ended it.
    public enum Ending {
        /// The gateway closed the socket.
        PEER_CLOSED,
        /// The caller hung up: a step, the command, or the provider after a REST hang-up.
        HUNG_UP,
        /// The caller hung up because the call had reached its longest.
        LIMIT,
        /// There was no socket, or it broke.
        FAILED
    }

    public CallOutcome {
        arrivalsMs = List.copyOf(arrivalsMs);
        events = List.copyOf(events);
    }

    /// The events of this kind, in order.
    public List<CallEvent> events(CallEvent.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).toList();
    }

    @Override
    public String toString() {
        return "CallOutcome[session=" + session + ", ending=" + ending + ", closeCode=" + closeCode + ", closeReason="
                + closeReason + ", failure=" + failure + ", framesSent=" + framesSent + ", framesReceived="
                + framesReceived + ", events=" + events + "]";
    }
}
