package io.agentstream.orchestrator.api;

import io.agentstream.calllog.export.CallExport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// An exported run in pieces of some tens of kilobytes. Reads the topics from the first piece on until it is closed. Where they cannot be
/// read any further the answer breaks off, so that nobody takes it for whole.
final class ExportPieces implements Reply.Pieces {

    private final Opening opening;
    private final Turns turns;
    private @Nullable CallExport export;
    private boolean isOver;

    /// Begins to read.
    @FunctionalInterface
    interface Opening {
        CallExport open() throws IOException;
    }

    ExportPieces(Opening opening, Turns turns) {
        this.opening = opening;
        this.turns = turns;
    }

    /// Has a piece made where and when there is room for it.
    @FunctionalInterface
    interface Turns {
        Optional<byte[]> take(Callable<Optional<byte[]>> work) throws IOException;
    }

    @Override
    public Optional<byte[]> next() {
        try {
            return turns.take(this::make);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Locked against [#close()]: a piece that is given up may still be in the making.
    private synchronized Optional<byte[]> make() throws IOException {
        if (isOver) {
            return Optional.empty();
        }
        CallExport from = export == null ? opening.open() : export;
        export = from;
        byte[] piece = from.next();
        if (piece == null) {
            close();
        }
        return Optional.ofNullable(piece);
    }

    @Override
    public synchronized void close() {
        isOver = true;
        CallExport open = export;
        export = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException nothingIsLost) {
                throw new UncheckedIOException(nothingIsLost);
            }
        }
    }
}
