package io.agentstream.schemas;

import java.util.Arrays;

/// A run of bytes inside an array, so that audio crosses a codec without being copied. The array must not be changed after it
/// was handed over. Equality is of the bytes, not of the arrays. Safe for any thread on that condition.
@SuppressWarnings("ArrayRecordComponent") // equality is defined below
public record Slice(byte[] array, int offset, int length) {

    public static final Slice EMPTY = new Slice(new byte[0], 0, 0);

    public Slice {
        if (offset < 0 || length < 0 || offset > array.length - length) {
            throw new IllegalArgumentException("slice " + offset + "+" + length + " of " + array.length + " bytes");
        }
    }

    public static Slice of(byte[] whole) {
        return new Slice(whole, 0, whole.length);
    }

    /// The part of this slice that starts `from` bytes into it and is `count` bytes long; nothing is copied.
    public Slice part(int from, int count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IllegalArgumentException("part " + from + "+" + count + " of " + length + " bytes");
        }
        return new Slice(array, offset + from, count);
    }

    public byte[] copy() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slice that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /// The length only: audio of a call has no place in a log.
    @Override
    public String toString() {
        return length + " bytes";
    }
}
