package io.agentstream.calllog.export;

import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/// How records of a topic stand in a member: topic, partition, offset, time, key and value, all as they were. Of topics with JSON values
/// one line of JSON each, the value in it byte by byte, or in base64 where it is not one line of JSON:
///
/// ```json
/// {"topic":"run.events.v1","partition":0,"offset":12,"timestamp_ms":1800000000000,"key":"0198...","value":{"type":"created"}}
/// ```
///
/// Of the others, big-endian: `ASR1`, one byte with the length of the topic's name, the name, 36 bytes key; and of each record 4 bytes
/// partition, 8 offset, 8 time in milliseconds since 1970, 4 length, value.
final class RecordForm {

    private static final byte[] MAGIC = "ASR1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 36;
    static final int FRAME_BYTES = 4 + 8 + 8 + 4;

    /// Longest beginning of a line up to its value.
    private static final int PREFIX_BYTES = 256;

    private static final Pattern PREFIX = Pattern.compile(
            "\\{\"topic\":\"([a-z0-9.-]{1,60})\",\"partition\":([0-9]{1,9}),\"offset\":([0-9]{1,18}),\"timestamp_ms\":(-?[0-9]{1,18}),"
                    + "\"key\":\"([0-9a-f-]{36})\",\"value(_base64)?\":");

    private RecordForm() {}

    /// Takes a record.
    @FunctionalInterface
    interface Taker {
        void take(LogRecord record) throws java.io.IOException;
    }

    /// What a binary member begins with.
    static byte[] beginning(Topic<?> topic, CallId key) {
        byte[] name = topic.name().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(MAGIC.length + 1 + name.length + KEY_BYTES)
                .put(MAGIC).put((byte) name.length).put(name).put(key.toKey()).array();
    }

    static void write(ByteArrayOutputStream out, CallId key, LogRecord place, byte[] value) {
        if (CallFileFormat.isBinary(place.topic())) {
            out.writeBytes(ByteBuffer.allocate(FRAME_BYTES)
                    .putInt(place.partition()).putLong(place.offset()).putLong(place.timestampMs()).putInt(value.length).array());
            out.writeBytes(value);
            return;
        }
        boolean isLine = isLine(value);
        String prefix = "{\"topic\":\"" + place.topic().name() + "\",\"partition\":" + place.partition() + ",\"offset\":" + place.offset()
                + ",\"timestamp_ms\":" + place.timestampMs() + ",\"key\":\"" + key + "\",\"value" + (isLine ? "\":" : "_base64\":\"");
        out.writeBytes(prefix.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(isLine ? value : Base64.getEncoder().encode(value));
        out.writeBytes((isLine ? "}\n" : "\"}\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isLine(byte[] value) {
        for (byte each : value) {
            if (each == '\n' || each == '\r') {
                return false;
            }
        }
        if (value.length == 0 || value[0] != '{') {
            return false;
        }
        try {
            return Json.MAPPER.readTree(value).isObject();
        } catch (JacksonException damaged) {
            return false;
        }
    }

    /// Gives each record of a member to `taker`. The values are parts of `bytes`.
    static void read(byte[] bytes, Topic<?> topic, CallId key, Limits limits, Taker taker) throws java.io.IOException {
        if (CallFileFormat.isBinary(topic)) {
            frames(bytes, topic, key, limits, taker);
        } else {
            lines(bytes, topic, key, limits, taker);
        }
    }

    private static void frames(byte[] bytes, Topic<?> topic, CallId key, Limits limits, Taker taker) throws java.io.IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.remaining() < MAGIC.length + 1 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(topic);
        }
        int nameBytes = bytes[MAGIC.length] & 0xFF;
        int start = MAGIC.length + 1 + nameBytes + KEY_BYTES;
        if (bytes.length < start) {
            throw damaged(topic);
        }
        checkPlace(
                new String(bytes, MAGIC.length + 1, nameBytes, StandardCharsets.ISO_8859_1),
                new String(bytes, start - KEY_BYTES, KEY_BYTES, StandardCharsets.ISO_8859_1), topic, key);
        in.position(start);
        while (in.hasRemaining()) {
            if (in.remaining() < FRAME_BYTES) {
                throw damaged(topic);
            }
            int partition = in.getInt();
            long offset = in.getLong();
            long timestampMs = in.getLong();
            int length = in.getInt();
            if (length > limits.valueBytes()) {
                throw tooLong(topic, limits);
            }
            if (partition < 0 || offset < 0 || length < 0 || length > in.remaining()) {
                throw damaged(topic);
            }
            taker.take(new LogRecord(topic, partition, offset, timestampMs, new Slice(bytes, in.position(), length)));
            in.position(in.position() + length);
        }
    }

    private static void lines(byte[] bytes, Topic<?> topic, CallId key, Limits limits, Taker taker) throws java.io.IOException {
        int at = 0;
        while (at < bytes.length) {
            int end = at;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end == bytes.length) {
                throw damaged(topic);
            }
            taker.take(line(bytes, at, end, topic, key, limits));
            at = end + 1;
        }
    }

    private static LogRecord line(byte[] bytes, int from, int to, Topic<?> topic, CallId key, Limits limits) throws CallFileException {
        Matcher prefix = PREFIX.matcher(
                new String(bytes, from, Math.min(PREFIX_BYTES, to - from), StandardCharsets.ISO_8859_1));
        if (!prefix.lookingAt() || bytes[to - 1] != '}' || from + prefix.end() > to - 1) {
            throw damaged(topic);
        }
        checkPlace(prefix.group(1), prefix.group(5), topic, key);
        int start = from + prefix.end();
        Slice value = new Slice(bytes, start, to - 1 - start);
        if (value.length() > 2 * limits.valueBytes()) {
            throw tooLong(topic, limits);
        }
        if (prefix.group(6) != null) {
            value = base64(value, topic);
        } else if (!isLine(value.copy())) {
            throw damaged(topic);
        }
        if (value.length() > limits.valueBytes()) {
            throw tooLong(topic, limits);
        }
        return new LogRecord(
                topic, Integer.parseInt(prefix.group(2)), Long.parseLong(prefix.group(3)), Long.parseLong(prefix.group(4)), value);
    }

    private static Slice base64(Slice quoted, Topic<?> topic) throws CallFileException {
        byte[] all = quoted.copy();
        if (all.length < 2 || all[0] != '"' || all[all.length - 1] != '"') {
            throw damaged(topic);
        }
        try {
            return Slice.of(Base64.getDecoder().decode(Arrays.copyOfRange(all, 1, all.length - 1)));
        } catch (IllegalArgumentException foreign) {
            throw damaged(topic);
        }
    }

    private static void checkPlace(String foundTopic, String foundKey, Topic<?> topic, CallId key) throws CallFileException {
        if (!foundTopic.equals(topic.name())) {
            throw new CallFileException("The file has records of another topic among those of " + topic.name() + ".");
        }
        if (!foundKey.equals(key.toString())) {
            throw anotherCall(topic);
        }
    }

    static CallFileException anotherCall(Topic<?> topic) {
        return new CallFileException("The file has records of another call among those of " + topic.name() + ".");
    }

    private static CallFileException damaged(Topic<?> topic) {
        return new CallFileException("The file is damaged: its records of " + topic.name() + " cannot be read.");
    }

    private static CallFileException tooLong(Topic<?> topic, Limits limits) {
        return new CallFileException(
                "The file has a record of " + topic.name() + " that is longer than " + (limits.valueBytes() >> 10) + " KiB.");
    }
}
