package io.agentstream.worker;

/// Finds out when the caller speaks. Only the loop.
final class CallerSpeech implements AutoCloseable {

    @Override
    public void close() {}
}
