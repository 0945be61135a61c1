package io.agentstream.worker.service;

import java.util.function.Function;

/// A mouth that is what it does when it is to speak.
public record PlainMouth(Function<Mouth.Listener, Mouth.Utterance> spoken) implements Mouth {

    @Override
    public Utterance speak(Listener listener) {
        return spoken.apply(listener);
    }

    @Override
    public void close() {}
}
