package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.follow.KeysInForce;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// A long answer to whoever holds a key: it breaks off, within about a second, where that opens nothing any more. One thread at a time.
final class KeyedPieces implements Reply.Pieces {

    private final Reply.Pieces pieces;
    private final KeysInForce keys;
    private final long keyId;
    private boolean hasEntered;

    KeyedPieces(Reply.Pieces pieces, KeysInForce keys, long keyId) {
        this.pieces = pieces;
        this.keys = keys;
        this.keyId = keyId;
    }

    @Override
    public Optional<byte[]> next() {
        if (!hasEntered) {
            hasEntered = true;
            keys.enter(keyId);
        }
        if (keys.isRevoked(keyId)) {
            throw new UncheckedIOException(new IOException("the key that asked for it is revoked"));
        }
        return pieces.next();
    }

    @Override
    public void close() {
        if (hasEntered) {
            hasEntered = false;
            keys.leave(keyId);
        }
        pieces.close();
    }
}
