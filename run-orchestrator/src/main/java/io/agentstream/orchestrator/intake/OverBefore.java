package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.schemas.CallId;
import java.util.LinkedHashMap;
import java.util.Map;

/// Calls of which this process knows that they were over before they began: refused by their gateway, or by a decision that Kafka has
/// acknowledged. What else is read of them changes nothing, so that nobody asks the database for it: in a flood they are nearly all there is.
///
/// What is not known here, because it was decided elsewhere, or before a restart, or is more than is kept, is looked up as ever. Any thread.
final class OverBefore {

    /// Some seconds of the worst flood. Nearly all of them are forgotten with their end.
    static final int MOST = 10_000;

    private enum Left {
        /// There is no run and never will be.
        NOTHING,
        /// There is a run, which has failed; the end of its call belongs to its story.
        ITS_END
    }

    private final Map<CallId, Left> calls = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CallId, Left> eldest) {
            return size() > MOST;
        }
    };

    /// Its gateway has refused it by itself.
    synchronized void refused(CallId call) {
        calls.put(call, Left.NOTHING);
    }

    /// An offer was decided on, and that was said.
    synchronized void said(Decision decision) {
        if (decision.isRefusal()) {
            calls.put(decision.callId(), Left.NOTHING);
        } else if (decision.isFailure()) {
            calls.put(decision.callId(), Left.ITS_END);
        }
    }

    /// Whether its start changes nothing.
    synchronized boolean isKnown(CallId call) {
        return calls.containsKey(call);
    }

    /// Whether its end changes nothing, either. It is forgotten with that: nothing comes behind it.
    synchronized boolean isDone(CallId call) {
        return calls.remove(call) == Left.NOTHING;
    }
}
