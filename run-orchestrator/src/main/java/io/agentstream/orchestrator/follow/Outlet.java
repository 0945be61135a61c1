package io.agentstream.orchestrator.follow;

import java.time.Duration;

/// Where what a follower is told goes. Any thread.
public interface Outlet {

    /// Sends it as soon as there is room, without waiting. Whoever has more waiting than he may is cut off.
    void send(byte[] frame);

    /// Sends it, and ends as streams end.
    void end(byte[] last);

    /// Waits until nothing waits to be sent; false where that takes longer, or it is over.
    boolean awaitSent(Duration limit) throws InterruptedException;

    boolean isOpen();
}
