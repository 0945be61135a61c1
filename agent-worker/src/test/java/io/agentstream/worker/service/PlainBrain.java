package io.agentstream.worker.service;

import java.util.function.BiFunction;

/// A brain that is what it does when it is asked.
public record PlainBrain(BiFunction<BrainRequest, Brain.Listener, Brain.Answering> asked) implements Brain {

    @Override
    public Answering ask(BrainRequest request, Listener listener) {
        return asked.apply(request, listener);
    }

    @Override
    public void close() {}
}
