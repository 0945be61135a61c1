package io.agentstream.dev.local;

import io.agentstream.dev.simulator.caller.CallEvent;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/// Tells a person at a terminal what happens in a call while it goes on; of several calls only that they were placed. Any thread.
final class CallProgress implements Consumer<CallEvent> {

    private final PrintStream to;
    private final int calls;
    private final long maxMs;

    CallProgress(PrintStream to, int calls, long maxMs) {
        this.to = to;
        this.calls = calls;
        this.maxMs = maxMs;
    }

    /// @param where the address that is called, without the path: that is a secret
    void begin(String where) {
        to.printf(Locale.ROOT, "calling %s%s, for up to %d s%n", where, calls == 1 ? "" : ", " + calls + " calls", maxMs / 1_000);
    }

    @Override
    public void accept(CallEvent event) {
        if (calls != 1) {
            return;
        }
        String what = switch (event.kind()) {
            case CONNECTED -> "connected";
            case FIRST_AUDIO -> "the agent is there";
            case AGENT_SPEAKS -> "the agent speaks";
            case SAID -> "the caller speaks";
            case PRESSED -> "the caller presses " + event.detail();
            case CLEARED -> "the agent is cut short";
            case HUNG_UP -> "the caller hangs up";
            case STARTED, AGENT_SILENT, MARKED, MARK_REACHED, REJECTED, CLOSED -> "";
        };
        if (!what.isEmpty()) {
            to.printf(Locale.ROOT, "%6.1f s  %s%n", event.atMs() / 1_000.0, what);
        }
    }
}
