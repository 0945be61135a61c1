package io.agentstream.worker.service;

/// Thinks of what to say. It remembers nothing: every request holds the whole conversation. Threads, cancelling and failures: see the
/// package. One brain may be asked several times at once.
public interface Brain extends AutoCloseable {

    /// Longest answer, in characters, texts and arguments together: what goes beyond it is [ServiceFailure.Broken].
    int MAX_ANSWER_CHARACTERS = 64 * 1_024;

    /// Most tool calls of one answer; more are [ServiceFailure.Broken].
    int MAX_TOOL_CALLS = 16;

    /// Asks. The listener gets texts and tool calls, and at last exactly one [Thought.Done] or [Thought.Failed].
    Answering ask(BrainRequest request, Listener listener);

    /// Cancels all that it is asked.
    @Override
    void close();

    /// A request under way.
    interface Answering {
        /// Not wanted any more; what was said of it stays said.
        void cancel();
    }

    /// Is told what was thought.
    @FunctionalInterface
    interface Listener {
        void on(Thought event);
    }
}
