package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;

/// One call's `media` message as a masked WebSocket frame, which is made once and then only has its numbers and its audio changed.
/// One thread at a time.
final class MediaTemplate {

    static final int PAYLOAD_CHARS = 216;
    /// Base64 characters that the number of the frame takes.
    static final int NUMBER_CHARS = 4;

    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = values();

    private final String streamSid;
    private final byte[] payload;
    private final byte[] mask;
    private final FrameMatch match;
    private final byte[] marked = new byte[MarkedAudio.BYTES];

    private byte[] frame = {};
    private ByteBuffer out = ByteBuffer.wrap(frame);
    private int sequenceNumberEnd;
    private int chunkEnd;
    private int timestampEnd;
    private int payloadAt;
    /// From this frame on one of the numbers has a digit more.
    private int fitsBefore;

    MediaTemplate(int call, String streamSid, FrameMatch match, RandomGenerator random) {
        this.streamSid = streamSid;
        this.match = match;
        this.mask = WebSocketFrames.mask(random);
        this.payload = Base64.getEncoder().encode(new NumberedNoise(call, random).audio());
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        for (int i = 0; i < ALPHABET.length; i++) {
            values[ALPHABET[i]] = (byte) i;
        }
        return values;
    }

    /// The whole frame for number `seq`, from 0. It is valid until the next call.
    ByteBuffer frame(int seq) {
        if (seq >= fitsBefore) {
            build(seq);
        }
        digits(sequenceNumberEnd, seq + 2);
        digits(chunkEnd, seq + 1);
        if (seq > 0) {
            digits(timestampEnd, seq * LoadPlan.FRAME_MS);
        }
        switch (match) {
            case EXACT -> number(seq);
            case TOLERANT -> mark(seq);
        }
        return out.clear();
    }

    private void number(int seq) {
        int bits = NumberedNoise.sent(seq);
        put(payloadAt, ALPHABET[bits >> 18 & 63]);
        put(payloadAt + 1, ALPHABET[bits >> 12 & 63]);
        put(payloadAt + 2, ALPHABET[bits >> 6 & 63]);
        put(payloadAt + 3, ALPHABET[bits & 63]);
    }

    private void mark(int seq) {
        MarkedAudio.write(seq, marked, 0);
        byte[] text = Base64.getEncoder().encode(marked);
        for (int i = 0; i < text.length; i++) {
            put(payloadAt + i, text[i]);
        }
    }

    private void build(int seq) {
        int sequenceNumber = seq + 2;
        int chunk = seq + 1;
        int timestamp = seq * LoadPlan.FRAME_MS;
        String head = "{\"event\":\"media\",\"streamSid\":\"" + streamSid + "\",\"sequenceNumber\":\"" + sequenceNumber;
        String toChunk = head + "\",\"media\":{\"track\":\"inbound\",\"chunk\":\"" + chunk;
        String toTimestamp = toChunk + "\",\"timestamp\":\"" + timestamp;
        String toPayload = toTimestamp + "\",\"payload\":\"";
        String text = toPayload + new String(payload, StandardCharsets.US_ASCII) + "\"}}";
        frame = WebSocketFrames.masked(WebSocketFrames.TEXT, text.getBytes(StandardCharsets.US_ASCII), mask);
        out = ByteBuffer.wrap(frame);
        int start = frame.length - text.length();
        sequenceNumberEnd = start + head.length();
        chunkEnd = start + toChunk.length();
        timestampEnd = start + toTimestamp.length();
        payloadAt = start + toPayload.length();
        // The next frame at which one of the three numbers gets longer; frame 0 has the timestamp 0.
        int next = Math.min(powerOfTenAbove(sequenceNumber) - 2, powerOfTenAbove(chunk) - 1);
        fitsBefore = seq == 0 ? 1 : Math.min(next, ceilDiv(powerOfTenAbove(timestamp)));
    }

    private static int ceilDiv(int timestamp) {
        return Math.ceilDiv(timestamp, LoadPlan.FRAME_MS);
    }

    private static int powerOfTenAbove(int number) {
        int power = 10;
        while (power <= number) {
            power *= 10;
        }
        return power;
    }

    private void digits(int end, int number) {
        int at = end;
        for (int rest = number; rest > 0; rest /= 10) {
            put(--at, (byte) ('0' + rest % 10));
        }
    }

    private void put(int at, byte plain) {
        // The masked part begins at a multiple of four: the header has eight bytes.
        frame[at] = (byte) (plain ^ mask[at & 3]);
    }

    /// The number in the base64 text at `at`; -1 where there is none.
    static int number(byte[] bytes, int at) {
        int number = 0;
        for (int i = 0; i < NUMBER_CHARS; i++) {
            byte letter = bytes[at + i];
            if (letter < 0) {
                return -1;
            }
            number = number << 6 | VALUES[letter];
        }
        return NumberedNoise.number(number);
    }

    /// What the base64 text of an echo must be, from [#NUMBER_CHARS] on.
    byte[] payload() {
        return payload;
    }
}
