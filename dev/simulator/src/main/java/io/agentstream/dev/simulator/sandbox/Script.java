package io.agentstream.dev.simulator.sandbox;

/// What the sandbox is told to do: `behaviour` for the next `times` requests (0: from now on), each answered after `delayMs`.
public record Script(Behaviour behaviour, int times, long delayMs) {

    static final int MAX_TIMES = 1_000_000;
    static final long MAX_DELAY_MS = 120_000;
    private static final long SLOW_DELAY_MS = 10_000;

    /// The way it is where nothing was said.
    public static final Script LIVE = new Script(Behaviour.LIVE, 0, 0);

    /// @throws IllegalArgumentException where a number is out of range
    public Script {
        if (times < 0 || times > MAX_TIMES) {
            throw new IllegalArgumentException("times must be between 0 and " + MAX_TIMES);
        }
        if (delayMs < 0 || delayMs > MAX_DELAY_MS) {
            throw new IllegalArgumentException("delay_ms must be between 0 and " + MAX_DELAY_MS);
        }
    }

    /// From now on, without a delay.
    public static Script always(Behaviour behaviour) {
        return new Script(behaviour, 0, 0);
    }

    /// The next `times` requests, without a delay; then as if nothing had been said.
    public static Script times(Behaviour behaviour, int times) {
        return new Script(behaviour, times, 0);
    }

    /// The delay that is really waited, in milliseconds.
    long effectiveDelayMs() {
        return behaviour == Behaviour.SLOW && delayMs == 0 ? SLOW_DELAY_MS : delayMs;
    }
}
