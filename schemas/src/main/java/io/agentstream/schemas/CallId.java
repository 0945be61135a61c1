package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/// Names one accepted socket, and is the key of every record of that call on every topic.
///
/// A UUID of version 7, so that calls sort by the time they came in. Made by the gateway. Safe for any thread.
public record CallId(UUID value) implements Comparable<CallId> {

    /// Builds the UUIDv7 (RFC 9562, section 5.7) of `epochMs` and 74 random bits; `randomHigh` gives 12 bits,
    /// `randomLow` 62.
    public static CallId of(long epochMs, long randomHigh, long randomLow) {
        long high = (epochMs << 16) | 0x7000L | (randomHigh & 0x0FFFL);
        long low = 0x8000_0000_0000_0000L | (randomLow & 0x3FFF_FFFF_FFFF_FFFFL);
        return new CallId(new UUID(high, low));
    }

    /// The call that `text` names, or nothing where it is not a UUID in its canonical 36 characters.
    public static Optional<CallId> parse(String text) {
        if (text.length() != 36) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CallId(UUID.fromString(text)));
        } catch (IllegalArgumentException notAUuid) {
            return Optional.empty();
        }
    }

    @JsonCreator
    static CallId fromJson(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a call id"));
    }

    /// The call that a record's key names, or nothing where the key is foreign.
    public static Optional<CallId> fromKey(byte[] key) {
        return key.length == 36 ? parse(new String(key, StandardCharsets.ISO_8859_1)) : Optional.empty();
    }

    /// When it was made, in milliseconds since 1970, by the clock of the gateway that made it.
    public long madeAtMs() {
        return value.getMostSignificantBits() >>> 16;
    }

    /// The record key: the 36 characters of the text form. A new array at each call; keep it for the length of a call.
    public byte[] toKey() {
        return value.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int compareTo(CallId other) {
        return value.compareTo(other.value);
    }

    @JsonValue
    @Override
    public String toString() {
        return value.toString();
    }
}
