package io.agentstream.schemas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads the entries of one batch, one after the other, as [JournalEncoder] has written them. The bytes may be anybody's: what is wrong
/// with them is said where it is met, and the memory that is used is a few times theirs. One thread.
public final class JournalDecoder {

    /// Most entries of a batch that are read; ours have a few thousand.
    static final int MAX_ENTRIES = 1 << 18;

    private static final int MAX_TEMPLATES = 64;

    private final byte[] bytes;
    private final int end;
    private final List<Known> templates = new ArrayList<>();
    private int at;
    private int entries;
    private long lastMs;

    private static final class Known {
        private final JournalTemplate form;
        private final long[] last;
        private final long[] step;
        private boolean used;

        private Known(JournalTemplate form) {
            this.form = form;
            this.last = new long[form.numbers];
            this.step = new long[form.numbers];
        }
    }

    /// The bytes are no entries. The message quotes nothing of them.
    public static final class BadEntriesException extends Exception {
        private static final long serialVersionUID = 1;

        BadEntriesException(String message) {
            super(message);
        }
    }

    /// @param batch whose entries are not sealed
    public JournalDecoder(JournalBatch batch) {
        if (batch.sealed()) {
            throw new IllegalArgumentException("sealed entries");
        }
        this.bytes = batch.entries().array();
        this.at = batch.entries().offset();
        this.end = at + batch.entries().length();
        this.lastMs = batch.atMs();
    }

    /// The next entry; null after the last one.
    public @Nullable JournalEntry next() throws BadEntriesException {
        while (at < end) {
            if (++entries > MAX_ENTRIES) {
                throw new BadEntriesException("more than " + MAX_ENTRIES + " entries in a batch");
            }
            long kind = number();
            if (kind == 0) {
                lastMs += signed();
                return entry(lastMs, text(JournalEncoder.MAX_ENTRY_BYTES));
            }
            if (kind == 1) {
                declare(text(JournalTemplate.MAX_BYTES));
            } else if (kind > 1 && kind - 2 < templates.size()) {
                return entry(templates.get((int) kind - 2));
            } else {
                throw new BadEntriesException("an entry of a template that is not there");
            }
        }
        return null;
    }

    private JournalEntry entry(Known known) throws BadEntriesException {
        long mask = number();
        if ((mask & 1) != 0) {
            lastMs += signed();
        }
        long[] values = new long[known.form.numbers];
        for (int n = 0; n < values.length; n++) {
            values[n] = known.last[n] + known.step[n] + ((mask & (2L << n)) == 0 ? 0 : signed());
            known.step[n] = known.used ? values[n] - known.last[n] : 0;
            known.last[n] = values[n];
        }
        known.used = true;
        return known.form.entry(lastMs, values);
    }

    private static JournalEntry entry(long atMs, byte[] text) throws BadEntriesException {
        try {
            JsonNode json = Json.MAPPER.readTree(text);
            if (!json.path("in").isObject() || !json.path("out").isArray()) {
                throw new BadEntriesException("an entry without input and effects");
            }
            List<JsonNode> effects = new ArrayList<>();
            json.path("out").forEach(effects::add);
            return new JournalEntry(atMs, json.path("in"), List.copyOf(effects));
        } catch (JacksonException bad) {
            throw new BadEntriesException("an entry that is no JSON");
        }
    }

    private void declare(byte[] text) throws BadEntriesException {
        if (templates.size() >= MAX_TEMPLATES) {
            throw new BadEntriesException("more than " + MAX_TEMPLATES + " templates in a batch");
        }
        try {
            templates.add(new Known(JournalTemplate.parse(text)));
        } catch (IllegalArgumentException bad) {
            throw new BadEntriesException("a template that is none");
        }
    }

    private byte[] text(int most) throws BadEntriesException {
        long length = number();
        if (length < 0 || length > most || length > end - at) {
            throw new BadEntriesException("a text that is longer than its batch, or than one may be");
        }
        byte[] text = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return text;
    }

    private long signed() throws BadEntriesException {
        long value = number();
        return (value >>> 1) ^ -(value & 1);
    }

    private long number() throws BadEntriesException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at >= end) {
                break;
            }
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new BadEntriesException("a number that does not end");
    }
}
