package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;

/// JSON messages with base64 audio, as Twilio's media streams and Cloudonix have them. Takes what comes back however it is
/// spaced. One thread.
final class TwilioDialect implements Dialect {

    private static final byte[] PAYLOAD = "\"payload\"".getBytes(StandardCharsets.US_ASCII);

    private final LoadPlan plan;
    private final int call;
    private final String streamSid;
    private final byte[] mask;
    private final MediaTemplate template;
    private final FrameMatch match;
    private final MarkedStream stream = new MarkedStream();
    /// Where the payload was in the message before.
    private int payloadAt;

    TwilioDialect(LoadPlan plan, int call, RandomGenerator random) {
        this.plan = plan;
        this.call = call;
        this.streamSid = "MZ-" + plan.session(call);
        this.mask = WebSocketFrames.mask(random);
        this.match = plan.match();
        this.template = new MediaTemplate(call, streamSid, match, random);
    }

    @Override
    public List<byte[]> greeting() {
        return List.of(
                text("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}"),
                text("{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"" + streamSid + "\",\"start\":{\"streamSid\":\""
                        + streamSid + "\",\"callSid\":\"CA-" + plan.session(call) + "\",\"session\":\"" + plan.session(call)
                        + "\",\"accountSid\":\"" + plan.domain(call)
                        + "\",\"from\":\"+15550100\",\"to\":\"+15550199\",\"context\":\"inbound\",\"tracks\":[\"inbound\"],"
                        + "\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1},"
                        + "\"customParameters\":{}}}"));
    }

    @Override
    public ByteBuffer frame(int seq) {
        return template.frame(seq);
    }

    @Override
    public List<byte[]> farewell() {
        return List.of(text("{\"event\":\"stop\",\"streamSid\":\"" + streamSid + "\",\"stop\":{\"session\":\""
                + plan.session(call) + "\",\"callSid\":\"CA-" + plan.session(call) + "\"}}"));
    }

    private byte[] text(String message) {
        return WebSocketFrames.masked(WebSocketFrames.TEXT, message.getBytes(StandardCharsets.US_ASCII), mask);
    }

    @Override
    public void text(byte[] bytes, int offset, int length, int sent, Ear ear) {
        int from = payload(bytes, offset, length);
        if (from < 0) {
            return; // not audio
        }
        int to = from;
        while (to < offset + length && bytes[to] != '"') {
            to++;
        }
        switch (match) {
            case EXACT -> exact(bytes, from, to, sent, ear);
            case TOLERANT -> tolerant(bytes, from, to, sent, ear);
        }
    }

    private void exact(byte[] bytes, int from, int to, int sent, Ear ear) {
        if (to - from != MediaTemplate.PAYLOAD_CHARS) {
            ear.corrupt();
            return;
        }
        int seq = MediaTemplate.number(bytes, from);
        boolean ours = seq >= 0
                && seq < sent
                && Arrays.equals(
                        bytes, from + MediaTemplate.NUMBER_CHARS, to,
                        template.payload(), MediaTemplate.NUMBER_CHARS, MediaTemplate.PAYLOAD_CHARS);
        if (ours) {
            ear.frame(seq);
        } else {
            ear.corrupt();
        }
    }

    private void tolerant(byte[] bytes, int from, int to, int sent, Ear ear) {
        byte[] audio;
        try {
            audio = Base64.getDecoder().decode(Arrays.copyOfRange(bytes, from, to));
        } catch (IllegalArgumentException notBase64) {
            ear.corrupt();
            return;
        }
        stream.take(audio, 0, audio.length, sent, ear);
    }

    @Override
    public void binary(byte[] bytes, int offset, int length, int sent, Ear ear) {
        ear.corrupt();
    }

    /// Where the text of the payload begins, or -1. It mostly is where it was in the message before.
    private int payload(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = isPayload(bytes, offset + payloadAt, end) ? offset + payloadAt : search(bytes, offset, end);
        if (at < 0) {
            return -1;
        }
        payloadAt = at - offset;
        int value = skipBlanks(bytes, at + PAYLOAD.length, end);
        if (value == end || bytes[value] != ':') {
            return -1;
        }
        value = skipBlanks(bytes, value + 1, end);
        return value < end && bytes[value] == '"' ? value + 1 : -1;
    }

    private static int search(byte[] bytes, int from, int end) {
        for (int at = from; at < end; at++) {
            if (isPayload(bytes, at, end)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isPayload(byte[] bytes, int at, int end) {
        return at + PAYLOAD.length <= end && Arrays.equals(bytes, at, at + PAYLOAD.length, PAYLOAD, 0, PAYLOAD.length);
    }

    private static int skipBlanks(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\n' || bytes[at] == '\r')) {
            at++;
        }
        return at;
    }
}
