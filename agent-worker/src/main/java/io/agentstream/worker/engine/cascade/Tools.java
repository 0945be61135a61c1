package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.HttpRequest;

/// Uses tools of other systems. Any thread; returns at once.
public interface Tools {

    /// @param key of this use: where it is asked for twice under one, it is done once
    /// @param listener is told once, from any thread; not any more when `cancel` has returned
    Use use(HttpRequest request, String key, Listener listener);

    /// A use under way.
    @FunctionalInterface
    interface Use {
        void cancel();
    }

    /// Is told what came of it.
    @FunctionalInterface
    interface Listener {
        /// @param result JSON, or a text
        void on(boolean failed, String result);
    }
}
