package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.List;

/// What a played language model says next, whatever the protocol.
///
/// @param texts said one after the other
/// @param calls of tools, behind the texts
/// @param firstMs before the first of them
/// @param betweenMs between two texts
public record PlayedBrain(List<String> texts, List<Call> calls, long firstMs, long betweenMs) {

    /// @param arguments as the model writes them
    public record Call(String id, String name, String arguments) {}

    public static PlayedBrain says(String... texts) {
        return new PlayedBrain(List.of(texts), List.of(), 0, 0);
    }

    public PlayedBrain calling(Call... more) {
        return new PlayedBrain(texts, List.of(more), firstMs, betweenMs);
    }

    public PlayedBrain slowly(long first, long between) {
        return new PlayedBrain(texts, calls, first, between);
    }

    static void pause(long ms) throws IOException {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", unwanted);
        }
    }
}
