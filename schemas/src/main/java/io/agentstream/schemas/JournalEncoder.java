package io.agentstream.schemas;

import java.util.Arrays;
import java.util.List;

/// Writes the entries of one machine's journal, batch by batch. Each batch can be read without the others:
///
/// | | |
/// |---|---|
/// | 0, time, length, JSON | an entry: `{"in": {...}, "out": [{...}]}` |
/// | 1, length, JSON | a [JournalTemplate]; they are numbered from 0 in the order in which they come |
/// | n + 2, mask, numbers | an entry of template *n* |
///
/// All numbers are LEB128; times and a template's numbers are differences in zigzag form. A time is the difference from the entry
/// before, at first from the batch's own time. A template's number is the difference from what is expected, which is as much more than
/// the last one as that was more than the one before. The mask says which differences follow, the others being 0: its lowest bit is the
/// time's, the next those of the numbers. So a frame of an echo and its answer are six bytes.
///
/// Owns a buffer. One thread.
public final class JournalEncoder {

    /// The longest JSON entry; a longer one is not kept, and an entry of the type [#OMITTED] says so.
    public static final int MAX_ENTRY_BYTES = 512 << 10;

    /// Type of the input in place of one that could not be written.
    public static final String OMITTED = "omitted";

    private static final int FIRST_BYTES = 512;
    private static final int MOST_KEPT_BYTES = 32 << 10;
    private static final int MAX_NUMBER_BYTES = 10;

    private final List<JournalTemplate> templates;
    private final int[] declared;
    private final boolean[] used;
    private final long[][] last;
    private final long[][] step;
    private final long[] values = new long[JournalTemplate.MAX_NUMBERS];
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int declarations;
    private long firstMs;
    private long lastMs;

    /// @param templates that entries are written with, known by their place
    public JournalEncoder(List<JournalTemplate> templates) {
        this.templates = List.copyOf(templates);
        int count = templates.size();
        this.declared = new int[count];
        this.used = new boolean[count];
        this.last = new long[count][];
        this.step = new long[count][];
        for (int n = 0; n < count; n++) {
            last[n] = new long[templates.get(n).numbers];
            step[n] = new long[templates.get(n).numbers];
        }
    }

    /// Bytes that wait to be taken; 0: no entry.
    public int length() {
        return length;
    }

    /// Time of the first entry that waits.
    public long firstMs() {
        return firstMs;
    }

    /// Sets a number of the next entry of a template.
    public void number(int which, long value) {
        values[which] = value;
    }

    /// Adds an entry with the numbers that were set.
    public void add(int template, long atMs) {
        begin(atMs);
        JournalTemplate form = templates.get(template);
        if (declared[template] == 0) {
            declare(template, form);
        }
        long[] before = last[template];
        long[] steps = step[template];
        int mask = atMs == lastMs ? 0 : 1;
        for (int n = 0; n < form.numbers; n++) {
            if (values[n] != before[n] + steps[n]) {
                mask |= 2 << n;
            }
        }
        room(MAX_NUMBER_BYTES * (3 + form.numbers));
        put(declared[template] + 1);
        put(mask);
        if ((mask & 1) != 0) {
            put(zigzag(atMs - lastMs));
        }
        boolean second = used[template];
        for (int n = 0; n < form.numbers; n++) {
            if ((mask & (2 << n)) != 0) {
                put(zigzag(values[n] - before[n] - steps[n]));
            }
            steps[n] = second ? values[n] - before[n] : 0;
            before[n] = values[n];
        }
        used[template] = true;
        lastMs = atMs;
    }

    /// Adds an entry of any form.
    public void add(JournalEntry entry) {
        var json = Json.MAPPER.createObjectNode();
        json.set("in", entry.input());
        entry.effects().forEach(json.putArray("out")::add);
        byte[] text = Json.MAPPER.writeValueAsBytes(json);
        if (text.length > MAX_ENTRY_BYTES) {
            omit(entry.atMs(), "longer than an entry may be");
            return;
        }
        begin(entry.atMs());
        room(3 * MAX_NUMBER_BYTES + text.length);
        put(0);
        put(zigzag(entry.atMs() - lastMs));
        put(text);
        lastMs = entry.atMs();
    }

    /// Says that an entry is missing here, and why; the reason quotes nothing of it.
    public void omit(long atMs, String why) {
        add(new JournalEntry(atMs, Json.MAPPER.createObjectNode().put("type", OMITTED).put("why", why), List.of()));
    }

    /// What was added since it was taken last; begins a new batch.
    public Slice take() {
        Slice taken = Slice.of(Arrays.copyOf(bytes, length));
        length = 0;
        if (bytes.length > MOST_KEPT_BYTES) { // one long entry is not paid for until the call ends
            bytes = new byte[FIRST_BYTES];
        }
        declarations = 0;
        Arrays.fill(declared, 0);
        Arrays.fill(used, false);
        for (int n = 0; n < last.length; n++) {
            Arrays.fill(last[n], 0);
            Arrays.fill(step[n], 0);
        }
        return taken;
    }

    private void begin(long atMs) {
        if (length == 0) {
            firstMs = atMs;
            lastMs = atMs;
        }
    }

    private void declare(int template, JournalTemplate form) {
        room(2 * MAX_NUMBER_BYTES + form.json.length);
        put(1);
        put(form.json);
        declared[template] = ++declarations;
    }

    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    private void put(byte[] text) {
        put(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    private void put(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }
}
