package io.agentstream.dev.bench.talk;

import java.util.List;

/// Who is called, and for how long.
///
/// @param urls complete addresses of sockets, taken in turn; the agent's secret is in them
/// @param talkMs from the last call's beginning to the end of all
public record TalkPlan(List<String> urls, String domain, int calls, double callsPerSecond, long talkMs) {

    public TalkPlan {
        urls = List.copyOf(urls);
    }

    /// From the first call's beginning to the last one's.
    public long rampMs() {
        return (long) (calls / callsPerSecond * 1_000);
    }

    @Override
    public String toString() {
        return "TalkPlan of " + calls + " calls";
    }
}
