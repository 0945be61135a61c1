package io.agentstream.dev.local;

import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.EchoLatency;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;

/// Tells a person what became of calls.
final class CallReport {

    private final PrintStream out;
    private final Optional<RunLookup> runs;

    /// @param runs where the runs can be looked up; nothing where only the socket is known
    CallReport(PrintStream out, Optional<RunLookup> runs) {
        this.out = out;
        this.runs = runs;
    }

    /// Prints one call, and returns whether it went as a call should: it was answered with audio, ended with 1000, and its run is
    /// completed.
    boolean print(CallOutcome call, boolean echo, boolean inFull) throws InterruptedException {
        boolean connected = call.connectMs() >= 0;
        Optional<JsonNode> run = connected && runs.isPresent() ? runs.get().find(call.session()) : Optional.empty();
        String name = run.map(r -> r.path("name").asString("")).orElse(connected ? "no run known" : "no call");
        String state = run.map(r -> r.path("state").asString("")).orElse("");
        out.printf(Locale.ROOT, "%s  %s  close code %s%s  %.1f s%n",
                name, ending(call, run), call.closeCode() < 0 ? "none" : call.closeCode(),
                call.closeReason().isEmpty() ? "" : " (" + call.closeReason() + ")", call.lengthMs() / 1000.0);
        if (call.failure() != null) {
            out.println("  failed: " + call.failure());
        }
        if (inFull) {
            if (connected) {
                latencies(call, echo);
            }
            if (run.isPresent() && runs.isPresent()) {
                conversation(runs.get().events(run.get()));
            }
        }
        return call.failure() == null
                && call.closeCode() == 1000
                && call.firstAudioMs() >= 0
                && (runs.isEmpty() || state.equals("completed"));
    }

    private static String ending(CallOutcome call, Optional<JsonNode> run) {
        if (run.isPresent()) {
            JsonNode failure = run.get().path("failure");
            String end = run.get().path("end").path("by").asString("");
            return run.get().path("state").asString("")
                    + (failure.isObject() ? ": " + failure.path("code").asString("") : end.isEmpty() ? "" : ", " + end);
        }
        return switch (call.ending()) {
            case PEER_CLOSED -> "closed by the gateway";
            case HUNG_UP, LIMIT -> "the caller hung up";
            case FAILED -> "failed";
        };
    }

    private void latencies(CallOutcome call, boolean echo) {
        out.printf(Locale.ROOT, "  socket open after %d ms, first reply frame %s, %d frames sent, %d received%n",
                call.connectMs(),
                call.firstAudioMs() < 0 ? "never" : "after " + call.firstAudioMs() + " ms",
                call.framesSent(), call.framesReceived());
        if (echo && call.latency().returned() > 0) {
            EchoLatency latency = call.latency();
            out.printf(Locale.ROOT, "  echo: %d of %d frames back, %d out of order; p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                    latency.returned(), latency.sent(), latency.outOfOrder(),
                    latency.percentileMs(50), latency.percentileMs(99), latency.percentileMs(100));
        }
    }

    /// Prints what a caller noticed of it that the call's worker was killed, and returns whether another went on.
    boolean printTakeOver(KilledCall.Ended call) throws InterruptedException {
        Optional<JsonNode> run = runs.isPresent() ? runs.get().find(call.outcome().session()) : Optional.empty();
        Optional<TakeOver> takeOver = run.isPresent() ? call.takeOver(runs.get().events(run.get())) : Optional.empty();
        if (takeOver.isEmpty()) {
            out.println("  the worker was killed, and no other was heard after it");
            return false;
        }
        TakeOver it = takeOver.get();
        out.printf(Locale.ROOT, "  the worker was killed %.1f s into the call; another went on %d ms later%n",
                it.killedMs() / 1000.0, it.resumedMs());
        out.printf(Locale.ROOT, "  gap: %d ms from the kill to its first frame; the caller heard nothing for %d ms of them%n",
                it.gapMs(), it.silentMs());
        return true;
    }

    private void conversation(List<JsonNode> events) {
        Set<Integer> interrupted = events.stream()
                .filter(event -> is(event, "interrupted"))
                .map(event -> event.path("payload").path("turn").asInt(-1))
                .collect(Collectors.toSet());
        for (JsonNode event : events) {
            JsonNode what = event.path("payload");
            switch (event.path("type").asString("")) {
                case "said", "conversation.said" -> out.printf(Locale.ROOT, "  agent   %s%s%n",
                        what.path("text").asString(""), what.path("whole").asBoolean(true)
                                ? ""
                                : interrupted.contains(what.path("turn").asInt(-1)) ? "  [interrupted]" : "  [the call ended in it]");
                case "heard", "conversation.heard" -> out.println("  caller  " + heard(what));
                default -> { } // the socket's part of the story is told above
            }
        }
    }

    private static boolean is(JsonNode event, String type) {
        String name = event.path("type").asString("");
        return name.equals(type) || name.equals("conversation." + type);
    }

    private static String heard(JsonNode what) {
        if (what.hasNonNull("digit")) {
            return "pressed " + what.path("digit").asString("");
        }
        if (what.hasNonNull("text")) {
            return what.path("text").asString("");
        }
        return String.format(Locale.ROOT, "spoke for %.1f s", what.path("speech_ms").asLong(0) / 1000.0);
    }

    void printSummary(List<CallOutcome> calls) {
        Histogram firstAudio = new Histogram(60_000, 3);
        calls.stream()
                .filter(c -> c.firstAudioMs() >= 0)
                .forEach(c -> firstAudio.recordValue(Math.min(60_000, c.firstAudioMs())));
        long closed = calls.stream().filter(c -> c.closeCode() == 1000).count();
        out.printf(Locale.ROOT, "%d calls, %d closed with 1000; first reply frame p50 %d ms, p99 %d ms%n",
                calls.size(), closed, firstAudio.getValueAtPercentile(50), firstAudio.getValueAtPercentile(99));
        EchoLatency latency = calls.stream().map(CallOutcome::latency).reduce(EchoLatency::plus).orElseThrow();
        if (latency.returned() > 0) {
            out.printf(Locale.ROOT, "echo: %d of %d frames back; p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                    latency.returned(), latency.sent(),
                    latency.percentileMs(50), latency.percentileMs(99), latency.percentileMs(100));
        }
    }
}
