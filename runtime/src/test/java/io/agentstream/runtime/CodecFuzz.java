package io.agentstream.runtime;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.util.Arrays;
import java.util.HexFormat;

/// For a fuzzer: whatever bytes lie on a topic, reading them is an answer, and what was read can be written and read again. The
/// first byte of an input names the topic.
public final class CodecFuzz {

    private static final int MAX_REASON_CHARS = 200;

    private CodecFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            Topic<?> topic = Topics.ALL.get((input[0] & 0xFF) % Topics.ALL.size());
            check(topic, Arrays.copyOfRange(input, 1, input.length));
        }
    }

    private static <V> void check(Topic<V> topic, byte[] bytes) {
        String reason = switch (topic.codec().decode(bytes)) {
            case Decoded.Value<V>(V value) -> {
                byte[] written = topic.codec().encode(value);
                byte[] again = topic.codec().encode(value(topic, written));
                if (!Arrays.equals(written, again)) {
                    throw new IllegalStateException(
                            topic.name() + ": " + HexFormat.of().formatHex(written) + " is read as " + HexFormat.of().formatHex(again));
                }
                yield value instanceof JournalBatch batch && !batch.sealed() ? entries(batch) : "";
            }
            case Decoded.Unknown<V>(String what) -> what;
            case Decoded.Malformed<V>(String why) -> why;
        };
        if (reason.length() > MAX_REASON_CHARS) {
            throw new IllegalStateException("a reason of " + reason.length() + " characters");
        }
    }

    /// Why they cannot be read.
    private static String entries(JournalBatch batch) {
        JournalDecoder in = new JournalDecoder(batch);
        try {
            while (in.next() != null) {
                // whatever it is
            }
            return "";
        } catch (JournalDecoder.BadEntriesException bad) {
            return String.valueOf(bad.getMessage());
        }
    }

    private static <V> V value(Topic<V> topic, byte[] written) {
        return switch (topic.codec().decode(written)) {
            case Decoded.Value<V>(V value) -> value;
            case Decoded.Unknown<V>(String what) -> throw new IllegalStateException(topic.name() + ": we write what we do not know, " + what);
            case Decoded.Malformed<V>(String why) -> throw new IllegalStateException(topic.name() + ": we write what we do not read, " + why);
        };
    }
}
