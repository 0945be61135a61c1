package io.agentstream.worker.service;

/// How long a service is waited for, in milliseconds. From `docs/services.md`, which says where the figures are from.
///
/// @param connectMs until the connection stands, TLS and upgrade included
/// @param firstMs from asking to the first piece of the answer
/// @param silenceMs between two pieces
/// @param wholeMs from asking to the end of an answer; not for connections that last as long as a call
public record Patience(int connectMs, int firstMs, int silenceMs, int wholeMs) {

    public static final Patience EAR = new Patience(3_000, 3_000, 10_000, 60_000);
    public static final Patience BRAIN = new Patience(3_000, 8_000, 10_000, 60_000);
    public static final Patience MOUTH = new Patience(3_000, 3_000, 5_000, 60_000);

    public Patience {
        if (connectMs < 1 || firstMs < 1 || silenceMs < 1 || wholeMs < 1) {
            throw new IllegalArgumentException("every limit is a time");
        }
    }
}
