package io.agentstream.calllog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads on while its reader is busy with what it has: a thread of its own takes the records of `source`, [#MOST] pieces ahead at most.
/// That is for topics on which a call's records lie among many others', where finding them is most of the work, and a reader wants several
/// topics at once. Each of its methods is one thread's, as with any reading; from the first [#next] on the source is the own thread's alone.
/// There are as many such threads as a reading's owner has permits for; a reading that finds none left is not ahead.
final class ReadAhead implements CallSource.Records {

    /// Records are handed over so many at a time.
    private static final int PIECE = 64;

    /// Pieces that wait to be taken.
    private static final int MOST = 16;

    /// What the own thread says.
    private sealed interface Said {
        record Piece(List<LogRecord> records) implements Said {}

        record End() implements Said {}

        record Failed(IOException why) implements Said {}

        /// By a fault of ours.
        record Broken(Throwable fault) implements Said {}
    }

    private final CallSource.Records source;
    private final BlockingQueue<Said> said = new ArrayBlockingQueue<>(MOST);
    private final Thread thread;
    private Iterator<LogRecord> piece = Collections.emptyIterator();
    private @Nullable Said last;
    private final AtomicBoolean closed;
    private final Semaphore permits;

    private ReadAhead(CallSource.Records source, String topic, AtomicBoolean closed, Semaphore permits) {
        this.source = source;
        this.closed = closed;
        this.permits = permits;
        this.thread = Thread.ofPlatform().name("read-ahead-" + topic).daemon().unstarted(this::read);
    }

    /// Begins at once.
    ///
    /// @param opening of the source, whose `next` is to fail soon when what it is given says so, also while it finds nothing
    /// @param topic says which it is in a list of threads
    /// @param permits one is taken until the own thread is gone, which may be a while after [#close]; where there is none, there is no thread
    static CallSource.Records of(Function<BooleanSupplier, CallSource.Records> opening, String topic, Semaphore permits) {
        if (!permits.tryAcquire()) {
            return opening.apply(() -> false);
        }
        AtomicBoolean closed = new AtomicBoolean();
        try {
            ReadAhead ahead = new ReadAhead(opening.apply(closed::get), topic, closed, permits);
            ahead.thread.start();
            return ahead;
        } catch (RuntimeException | Error failure) {
            permits.release();
            throw failure;
        }
    }

    private void read() {
        try (source) {
            Said end;
            do {
                List<LogRecord> records = new ArrayList<>(PIECE);
                end = fill(records);
                said.put(new Said.Piece(records));
            } while (end == null && !closed.get());
            if (end != null && !closed.get()) {
                said.put(end);
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        } finally {
            permits.release();
        }
    }

    /// Null where there may be more.
    private @Nullable Said fill(List<LogRecord> records) {
        try {
            while (records.size() < PIECE && !closed.get()) {
                LogRecord record = source.next();
                if (record == null) {
                    return new Said.End();
                }
                records.add(record);
            }
            return null;
        } catch (IOException why) {
            return new Said.Failed(why);
        } catch (RuntimeException | Error fault) {
            return new Said.Broken(fault);
        }
    }

    @Override
    public @Nullable LogRecord next() throws IOException {
        while (!piece.hasNext()) {
            switch (last != null ? last : take()) {
                case Said.Piece(List<LogRecord> records) -> piece = records.iterator();
                case Said.End end -> {
                    last = end;
                    return null;
                }
                case Said.Failed failed -> {
                    last = failed;
                    throw new IOException(failed.why().getMessage(), failed.why());
                }
                case Said.Broken broken -> {
                    last = broken;
                    throw new IllegalStateException("the reading broke", broken.fault());
                }
            }
        }
        return piece.next();
    }

    private Said take() throws IOException {
        try {
            return said.take();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IOException("the reading was broken off", closing);
        }
    }

    @Override
    public Optional<String> deleted() {
        return source.deleted();
    }

    /// The own thread closes the source, as soon as it has what it is fetching, also where that is of others. It is not interrupted: Kafka's reader would say its
    /// farewell neither to the broker nor in silence.
    @Override
    public void close() {
        closed.set(true);
        said.clear(); // it may be waiting for a place
    }
}
