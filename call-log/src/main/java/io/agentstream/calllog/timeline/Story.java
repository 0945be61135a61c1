package io.agentstream.calllog.timeline;

import static io.agentstream.calllog.timeline.Dialogue.lower;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Transfer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of the socket and of the run. One thread.
final class Story {

    private final Tape tape;
    private boolean isOver;
    private @Nullable String end;
    private @Nullable String failure;
    private @Nullable Integer closeCode;
    private @Nullable String disconnectedBy;
    private @Nullable String outcome;

    Story(Tape tape) {
        this.tape = tape;
    }

    void offered(CallEvent.Offered event, long atMs) {
        Map<String, Object> details = new LinkedHashMap<>();
        put(details, "provider", event.provider());
        put(details, "domain", event.domain());
        put(details, "external_call_id", event.externalCallId());
        put(details, "caller_number", event.from());
        put(details, "called_number", event.to());
        Failure refusal = event.refusal();
        put(details, "refusal", refusal == null ? null : lower(refusal));
        tape.put(new TimelineEntry.Lifecycle(atMs, event.seq(), null, "offered", details));
    }

    void started(CallEvent.Started event, long atMs) {
        Map<String, Object> details = new LinkedHashMap<>();
        put(details, "session", event.session());
        put(details, "call_sid", event.callSid());
        put(details, "stream_sid", event.streamSid());
        put(details, "domain", event.domain());
        put(details, "caller_number", event.from());
        put(details, "called_number", event.to());
        put(details, "context", event.context());
        put(details, "tracks", event.tracks().isEmpty() ? null : String.join(", ", event.tracks()));
        put(details, "encoding", event.mediaFormat().encoding());
        put(details, "sample_rate", event.mediaFormat().sampleRate());
        put(details, "cut", event.cut() == null ? null : String.join(" ", event.cut()));
        tape.put(new TimelineEntry.Lifecycle(atMs, event.seq(), null, "started", details));
    }

    void ended(CallEvent.Ended event, long atMs) {
        isOver = true;
        Failure failed = event.failure();
        end = event.end() == null ? end : lower(event.end());
        failure = failed == null ? failure : code(failed);
        closeCode = event.closeCode();
        Map<String, Integer> odd = event.oddMessages();
        tape.put(new TimelineEntry.Close(
                atMs, event.seq(), null, event.closeCode(), event.closeReason(), event.end() == null ? null : lower(event.end()),
                failed == null ? null : code(failed), odd == null ? Map.of() : odd));
    }

    void ordered(long atMs, SocketCommand command) {
        Map<String, Object> details = new LinkedHashMap<>();
        switch (command) {
            case SocketCommand.Close close -> {
                put(details, "end", close.end() == null ? null : lower(close.end()));
                put(details, "failure", close.failure() == null ? null : code(close.failure()));
                put(details, "close_code", close.closeCode());
            }
            case SocketCommand.Finish finish -> {
                put(details, "end", lower(finish.end()));
                put(details, "within_ms", finish.withinMs());
            }
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Play _, SocketCommand.SealedPlay _, SocketCommand.Clear _,
                    SocketCommand.Mark _ -> {
                return; // what they led to is told
            }
        }
        tape.put(new TimelineEntry.Lifecycle(atMs, null, null, "close_ordered", details));
    }

    void decided(RunEvent event, long atMs) {
        Long after = event.after();
        Map<String, Object> details = new LinkedHashMap<>();
        switch (event) {
            case RunEvent.Created e -> {
                put(details, "run", e.run().name());
                put(details, "agent_version", e.run().agentVersion());
                tape.put(new TimelineEntry.Decision(atMs, null, after, "created", details));
            }
            case RunEvent.Running e -> {
                asked(atMs, after, e.sessionCheck());
                tape.put(new TimelineEntry.Decision(atMs, null, after, "running", details));
            }
            case RunEvent.Completed e -> {
                isOver = true;
                end = lower(e.end());
                closeCode = e.closeCode() == null ? closeCode : e.closeCode();
                over(details, e.disconnectedBy(), e.outcome(), e.cost(), e.durationMs());
                details.put("end", end);
                faults(details, e.faults());
                tape.put(new TimelineEntry.Decision(atMs, null, after, "completed", details));
            }
            case RunEvent.Failed e -> {
                isOver = true;
                failure = code(e.failure());
                closeCode = e.closeCode() == null ? closeCode : e.closeCode();
                asked(atMs, after, e.sessionCheck());
                over(details, e.disconnectedBy(), e.outcome(), e.cost(), e.durationMs());
                details.put("failure", code(e.failure()));
                details.put("reason", e.reason());
                faults(details, e.faults());
                tape.put(new TimelineEntry.Decision(atMs, null, after, "failed", details));
            }
            case RunEvent.HangUp e -> tape.put(new TimelineEntry.Provider(
                    atMs, null, after, "hang_up", e.confirmed(), e.status(), null, e.tries()));
            case RunEvent.Transferred e -> tape.put(new TimelineEntry.Provider(
                    atMs, null, after, "transfer_" + lower(e.outcome()), e.outcome() == Transfer.CONNECTED, e.status(), null, 1));
            case RunEvent.Erased _ -> { } // the timeline ends with the call
        }
    }

    /// What the provider answered led to the decision, and stands before it.
    private void asked(long atMs, long after, RunEvent.@Nullable SessionCheck check) {
        if (check != null) {
            tape.put(new TimelineEntry.Provider(
                    atMs, null, after, "session_check", check.confirmed(), check.status(), check.ms(), check.tries()));
        }
    }

    private static void faults(Map<String, Object> details, @Nullable List<String> found) {
        put(details, "faults", found == null ? null : String.join(", ", found));
    }

    private void over(
            Map<String, Object> details, @Nullable DisconnectedBy by, @Nullable String reached, @Nullable String cost,
            @Nullable Long durationMs) {
        disconnectedBy = by == null ? null : lower(by);
        outcome = reached;
        put(details, "disconnected_by", disconnectedBy);
        put(details, "outcome", reached);
        put(details, "duration_ms", durationMs);
        put(details, "cost", cost);
    }

    private static String code(Failure failure) {
        return failure.runFailure().orElse(lower(failure));
    }

    private static void put(Map<String, Object> details, String name, @Nullable Object value) {
        if (value != null) {
            details.put(name, value);
        }
    }

    /// Whether the socket is closed or the run decided.
    boolean isOver() {
        return isOver;
    }

    @Nullable String end() {
        return end;
    }

    @Nullable String failure() {
        return failure;
    }

    @Nullable Integer closeCode() {
        return closeCode;
    }

    @Nullable String disconnectedBy() {
        return disconnectedBy;
    }

    @Nullable String outcome() {
        return outcome;
    }
}
