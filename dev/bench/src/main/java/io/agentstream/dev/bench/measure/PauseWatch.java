package io.agentstream.dev.bench.measure;

/// The longest time in which nothing came back on a call. One thread.
public final class PauseWatch {

    private long newestNs;
    private long fromNs;
    private long untilNs;

    /// Something came.
    public void heard(long nowNs) {
        if (newestNs != 0 && nowNs - newestNs > untilNs - fromNs) {
            fromNs = newestNs;
            untilNs = nowNs;
        }
        newestNs = nowNs;
    }

    /// What was before does not count any more.
    public void anew() {
        fromNs = newestNs;
        untilNs = newestNs;
    }

    /// The longest by now, be it over or not.
    public Pause longest(int call, long nowNs, long nowMs) {
        boolean goesOn = nowNs - newestNs > untilNs - fromNs;
        long beganNs = goesOn ? newestNs : fromNs;
        long overNs = goesOn ? nowNs : untilNs;
        return new Pause(call, nowMs - ms(nowNs - beganNs), nowMs - ms(nowNs - overNs), ms(nowNs - newestNs));
    }

    private static long ms(long ns) {
        return ns / 1_000_000;
    }

    /// A time in which nothing came back on a call.
    ///
    /// @param call number of the call
    /// @param fromMs when the last frame before it came, in ms since 1970
    /// @param untilMs when the first frame after it came; where none did, when that was asked
    /// @param sinceMs how long ago the newest frame came
    public record Pause(int call, long fromMs, long untilMs, long sinceMs) {

        public long lengthMs() {
            return untilMs - fromMs;
        }
    }
}
