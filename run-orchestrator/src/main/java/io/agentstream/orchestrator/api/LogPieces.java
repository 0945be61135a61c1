package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallBytes;
import io.agentstream.orchestrator.replay.LogReaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A file that is made of a run's log while it is sent. Reads the topics from the first piece on until it is closed; each piece takes its turn
/// among all who read. Where they cannot be read any further the answer breaks off, so that nobody takes it for whole.
final class LogPieces implements Reply.Pieces {

    private final LogReaders readers;
    private final long owner;
    private final Opening opening;
    private @Nullable CallBytes file;
    private boolean isOver;

    /// Begins to read.
    @FunctionalInterface
    interface Opening {
        CallBytes open() throws IOException;
    }

    /// @param owner whose run it is
    LogPieces(LogReaders readers, long owner, Opening opening) {
        this.readers = readers;
        this.owner = owner;
        this.opening = opening;
    }

    @Override
    public Optional<byte[]> next() {
        try {
            return readers.inTurn(owner, this::make);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Locked against [#close()]: a piece that is given up may still be in the making.
    private synchronized Optional<byte[]> make() throws IOException {
        if (isOver) {
            return Optional.empty();
        }
        CallBytes from = file == null ? opening.open() : file;
        file = from;
        byte[] piece = from.next();
        if (piece == null) {
            close();
        }
        return Optional.ofNullable(piece);
    }

    @Override
    public synchronized void close() {
        isOver = true;
        CallBytes open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException nothingIsLost) {
                throw new UncheckedIOException(nothingIsLost);
            }
        }
    }
}
