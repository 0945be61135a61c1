package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Sockets for which there is neither room nor money, unless they take over a call that runs. Only their start message says whether they
/// do, so they are waited for, a moment each and a bounded number of them; whoever waits holds nothing else. Any thread; blocks.
final class Reconnects {

    /// Of one organisation, and of all. Those beyond are heard as far as they have come. Who waits is a record that is not done, of
    /// which the loop that reads them takes a few thousand at once: a flood may not have them all.
    static final int MOST_OF_ONE = 64;
    static final int MOST = 512;

    private final Duration patience;
    private final Map<Long, Integer> waiting = new HashMap<>(); // guarded by itself
    private int all; // as `waiting`

    /// @param handshakeTimeout of which the wait is a small part, so that the answer comes while its gateway waits for one
    Reconnects(Duration handshakeTimeout) {
        this.patience = Margin.of(handshakeTimeout);
    }

    /// What the socket has said of itself by the time that it has.
    ///
    /// @throws NotNowException as [Greeting#await] does
    Optional<CallEvent.Started> hear(long organizationId, Greeting greeting) throws InterruptedException {
        if (!enter(organizationId)) {
            return greeting.await(Duration.ZERO);
        }
        try {
            return greeting.await(patience);
        } finally {
            leave(organizationId);
        }
    }

    private boolean enter(long organizationId) {
        synchronized (waiting) {
            int ofOne = waiting.getOrDefault(organizationId, 0);
            if (ofOne >= MOST_OF_ONE || all >= MOST) {
                return false;
            }
            waiting.put(organizationId, ofOne + 1);
            all++;
            return true;
        }
    }

    private void leave(long organizationId) {
        synchronized (waiting) {
            waiting.computeIfPresent(organizationId, (_, ofOne) -> ofOne == 1 ? null : ofOne - 1);
            all--;
        }
    }
}
