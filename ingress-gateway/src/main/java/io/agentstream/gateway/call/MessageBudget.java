package io.agentstream.gateway.call;

/// Watches how much a socket brings: telephony brings some fifty messages a second, and after a stall of the network those that
/// were late, but never thousands at once. Confined to its call's thread.
public final class MessageBudget {

    /// Messages that a peer may be ahead of the rate: thirty seconds of usual audio.
    static final int BURST = 1_500;

    /// A message for each of these is as many as anybody sends for long: 200 a second.
    static final long MESSAGE_US = 5_000;

    private long aheadUntilUs;

    public MessageBudget(long nowUs) {
        this.aheadUntilUs = nowUs;
    }

    /// Counts a message.
    ///
    /// @return false where it is one too many
    public boolean take(long nowUs) {
        aheadUntilUs = Math.max(aheadUntilUs, nowUs) + MESSAGE_US;
        return aheadUntilUs - nowUs <= BURST * MESSAGE_US;
    }
}
