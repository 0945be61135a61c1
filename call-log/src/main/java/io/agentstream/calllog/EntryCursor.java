package io.agentstream.calllog;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topic;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Stands at one record of one topic of a call. One thread.
final class EntryCursor implements AutoCloseable {

    private final Topic<?> topic;
    private final CallSource.Records records;
    private final EntryOpener opener;
    private final boolean isCut;
    private boolean mustSayDeleted;
    private boolean hasSaidUnopened;
    private @Nullable CallEntry entry;
    /// The place among numbered entries; of what cannot be read, that of the record before it.
    private long number;
    private long seq;
    private boolean isUnopened;

    EntryCursor(Topic<?> topic, CallSource.Records records, EntryOpener opener) {
        this.topic = topic;
        this.records = records;
        this.opener = opener;
        this.isCut = records.deleted().isPresent();
        this.mustSayDeleted = isCut;
    }

    /// Goes to the next record, or behind the last.
    void advance() throws IOException {
        isUnopened = false;
        seq = 0;
        LogRecord record = records.next();
        if (record == null) {
            entry = null;
            return;
        }
        entry = switch (topic.codec().decode(record.bytes())) {
            case Decoded.Value<?>(Object value) -> read(record, value);
            case Decoded.Unknown<?>(String what) -> new CallEntry.Unreadable(record, "of a newer version: " + what);
            case Decoded.Malformed<?>(String reason) -> new CallEntry.Unreadable(record, reason);
        };
    }

    private CallEntry read(LogRecord record, Object value) {
        EntryOpener.Read read = opener.open(record, value);
        number = read.number();
        seq = read.seq();
        isUnopened = !read.isOpen() && !hasSaidUnopened;
        hasSaidUnopened |= !read.isOpen();
        return read.entry();
    }

    Topic<?> topic() {
        return topic;
    }

    boolean isOver() {
        return entry == null;
    }

    CallEntry entry() {
        return Objects.requireNonNull(entry);
    }

    /// Whether its entries stand by number; otherwise they stand by time.
    boolean isNumbered() {
        return !(entry instanceof CallEntry.Command);
    }

    /// The call's own number of the entry, 0 where it bears none.
    long seq() {
        return seq;
    }

    /// Whether this is the first one that could not be opened.
    boolean isUnopened() {
        return isUnopened;
    }

    /// Whether older records are gone.
    boolean isCut() {
        return isCut;
    }

    /// The same, said once.
    boolean takeDeleted() {
        boolean must = mustSayDeleted;
        mustSayDeleted = false;
        return must;
    }

    /// Of two that stand by number.
    boolean isBefore(EntryCursor other) {
        if (number != other.number) {
            return number < other.number;
        }
        if (seq != 0 || other.seq != 0) {
            return seq != 0;
        }
        return entry().at().isBefore(other.entry().at());
    }

    @Override
    public void close() {
        records.close();
    }
}
