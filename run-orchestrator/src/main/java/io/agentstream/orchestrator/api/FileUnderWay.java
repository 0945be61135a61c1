package io.agentstream.orchestrator.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// A file of a run on its way to somebody, which may take an hour. Who takes it is written down before the first of its bytes goes out, and
/// not where none does. It is asked now and then whether what it is made of may still be read: where it may not, the file breaks off, so that
/// nobody takes it for whole. One thread at a time.
final class FileUnderWay implements Reply.Pieces {

    static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

    private final Reply.Pieces pieces;
    private final BooleanSupplier isKept;
    private final Runnable begins;
    private final LongSupplier nanoTime;
    private long lookedNs;
    private boolean hasLooked;
    private boolean hasBegun;

    /// @param isKept whether what it is made of may still be read; may block, is asked before a piece, and once in [#LOOK_NS]
    /// @param begins writes down who takes it
    FileUnderWay(Reply.Pieces pieces, BooleanSupplier isKept, Runnable begins, LongSupplier nanoTime) {
        this.pieces = pieces;
        this.isKept = isKept;
        this.begins = begins;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<byte[]> next() {
        Optional<byte[]> piece = pieces.next();
        long nowNs = nanoTime.getAsLong();
        if (!hasLooked || nowNs - lookedNs >= LOOK_NS) {
            hasLooked = true;
            lookedNs = nowNs;
            if (!isKept.getAsBoolean()) {
                throw new UncheckedIOException(new IOException("what the file is made of is not kept any more"));
            }
        }
        if (!hasBegun && piece.isPresent() && piece.get().length > 0) {
            hasBegun = true;
            begins.run();
        }
        return piece;
    }

    @Override
    public void close() {
        pieces.close();
    }
}
