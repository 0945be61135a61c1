package io.agentstream.worker.service;

/// An utterance that takes every text and says nothing.
public final class SilentUtterance implements Mouth.Utterance {

    @Override
    public boolean say(String text) {
        return true;
    }

    @Override
    public void end() {}

    @Override
    public void cancel() {}

    @Override
    public Usage usage() {
        return Usage.NONE;
    }
}
