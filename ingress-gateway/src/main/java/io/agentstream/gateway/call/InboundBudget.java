package io.agentstream.gateway.call;

/// Watches how much a socket brings, in bytes: telephone audio is some 20 kB a second on the wire (50 messages of 400 bytes), and
/// after a stall of the network what was late comes at once, but no call needs a multiple of that for long. What a message costs
/// us beyond its bytes is charged to it, so that many small ones are no way round. Confined to its call's thread.
public final class InboundBudget {

    /// What a peer may be ahead of the rate; with the usual three times the need, some forty seconds of audio.
    static final int BURST_S = 16;

    /// What a new peer may be ahead. The rest comes with time, as what is late does: else whoever is ended for bringing too much would
    /// have it all again with the next call.
    static final int START_S = 2;

    /// Charged for each message on top of its bytes.
    static final int MESSAGE_BYTES = 128;

    private static final long SECOND_US = 1_000_000;

    private final int bytesPerSecond;
    private long aheadUntilUs;

    public InboundBudget(int bytesPerSecond, long nowUs) {
        this.bytesPerSecond = bytesPerSecond;
        this.aheadUntilUs = nowUs + (BURST_S - START_S) * SECOND_US;
    }

    /// Counts what was read.
    ///
    /// @return false where it is too much
    public boolean bytes(int count, long nowUs) {
        aheadUntilUs = Math.max(aheadUntilUs, nowUs) + count * SECOND_US / bytesPerSecond;
        return aheadUntilUs - nowUs <= BURST_S * SECOND_US;
    }

    /// Counts a message, the bytes of which are counted already.
    ///
    /// @return false where it is one too many
    public boolean message(long nowUs) {
        return bytes(MESSAGE_BYTES, nowUs);
    }
}
