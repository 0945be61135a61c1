package io.agentstream.gateway.telephony.twilio;

import io.agentstream.gateway.telephony.InboundAudio;
import java.nio.charset.StandardCharsets;

/// Finds the payload of a `media` message without making anything of it. Knows the message's own keys, each at most once, in any
/// order and with any space between; whatever else it meets it leaves to the real parser, so that both always agree.
final class TwilioAudioScanner {

    private static final byte[] EVENT = ascii("event");
    private static final byte[] STREAM_SID = ascii("streamSid");
    private static final byte[] SEQUENCE_NUMBER = ascii("sequenceNumber");
    private static final byte[] MEDIA = ascii("media");
    private static final byte[] TRACK = ascii("track");
    private static final byte[] CHUNK = ascii("chunk");
    private static final byte[] TIMESTAMP = ascii("timestamp");
    private static final byte[] PAYLOAD = ascii("payload");
    private static final byte[] INBOUND = ascii("inbound");

    private static final int UNSURE = -1;
    private static final int MAX_NUMBER_DIGITS = 15;

    private TwilioAudioScanner() {}

    /// Whether the message is the usual audio, and then where its base64 lies. Where this is true, the real parser means the same.
    static boolean find(byte[] text, int from, int to, InboundAudio found) {
        int at = expect(text, space(text, from, to), to, '{');
        if (at == UNSURE) {
            return false;
        }
        int seen = 0;
        while (true) {
            int key = space(text, at, to);
            int keyEnd = string(text, key, to);
            int value = colon(text, keyEnd, to);
            if (value == UNSURE) {
                return false;
            }
            int bit;
            int end = string(text, value, to);
            if (is(text, key, keyEnd, EVENT)) {
                bit = 1;
                if (!is(text, value, end, MEDIA)) {
                    return false;
                }
            } else if (is(text, key, keyEnd, STREAM_SID)) {
                bit = 2;
            } else if (is(text, key, keyEnd, SEQUENCE_NUMBER)) {
                bit = 4;
                end = end == UNSURE ? number(text, value, to) : end;
            } else if (is(text, key, keyEnd, MEDIA)) {
                bit = 8;
                end = media(text, value, to, found);
            } else {
                return false;
            }
            if (end == UNSURE || (seen & bit) != 0) {
                return false;
            }
            seen |= bit;
            at = space(text, end, to);
            if (at == to) {
                return false;
            }
            if (text[at] == '}') {
                return (seen & 9) == 9 && space(text, at + 1, to) == to;
            }
            if (text[at++] != ',') {
                return false;
            }
        }
    }

    private static int media(byte[] text, int from, int to, InboundAudio found) {
        int at = expect(text, from, to, '{');
        if (at == UNSURE) {
            return UNSURE;
        }
        found.at(InboundAudio.NO_TIME);
        int seen = 0;
        while (true) {
            int key = space(text, at, to);
            int keyEnd = string(text, key, to);
            int value = colon(text, keyEnd, to);
            if (value == UNSURE) {
                return UNSURE;
            }
            int bit;
            int end = string(text, value, to);
            if (is(text, key, keyEnd, PAYLOAD)) {
                bit = 1;
                if (end == UNSURE || end - value == 2) {
                    return UNSURE;
                }
                found.found(value + 1, end - 1);
            } else if (is(text, key, keyEnd, TRACK)) {
                bit = 2;
                if (!is(text, value, end, INBOUND)) {
                    return UNSURE;
                }
            } else if (is(text, key, keyEnd, CHUNK)) {
                bit = 4;
                end = end == UNSURE ? number(text, value, to) : end;
            } else if (is(text, key, keyEnd, TIMESTAMP)) {
                bit = 8;
                int digits = end == UNSURE ? value : value + 1;
                int digitsEnd = number(text, digits, to);
                if (digitsEnd == UNSURE || (end != UNSURE && digitsEnd != end - 1)) {
                    return UNSURE;
                }
                found.at(value(text, digits, digitsEnd));
                end = end == UNSURE ? digitsEnd : end;
            } else {
                return UNSURE;
            }
            if (end == UNSURE || (seen & bit) != 0) {
                return UNSURE;
            }
            seen |= bit;
            at = space(text, end, to);
            if (at == to) {
                return UNSURE;
            }
            if (text[at] == '}') {
                return (seen & 1) != 0 ? at + 1 : UNSURE;
            }
            if (text[at++] != ',') {
                return UNSURE;
            }
        }
    }

    private static int space(byte[] text, int from, int to) {
        int at = from;
        while (at < to && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int expect(byte[] text, int at, int to, char what) {
        return at < to && text[at] == what ? at + 1 : UNSURE;
    }

    private static int colon(byte[] text, int from, int to) {
        if (from == UNSURE) {
            return UNSURE;
        }
        int at = expect(text, space(text, from, to), to, ':');
        return at == UNSURE ? UNSURE : space(text, at, to);
    }

    /// Where the string that begins at `from` ends, after its quote; only plain ASCII without escapes will do.
    private static int string(byte[] text, int from, int to) {
        if (from >= to || text[from] != '"') {
            return UNSURE;
        }
        for (int at = from + 1; at < to; at++) {
            byte c = text[at];
            if (c == '"') {
                return at + 1;
            }
            if (c < ' ' || c == '\\') { // bytes of 128 and more are negative
                return UNSURE;
            }
        }
        return UNSURE;
    }

    /// Where the plain number that begins at `from` ends.
    private static int number(byte[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        int digits = at - from;
        boolean plain = digits > 0 && digits <= MAX_NUMBER_DIGITS && (digits == 1 || text[from] != '0');
        return plain ? at : UNSURE;
    }

    private static long value(byte[] text, int from, int to) {
        long value = 0;
        for (int at = from; at < to; at++) {
            value = value * 10 + text[at] - '0';
        }
        return value;
    }

    /// Whether the string with its quotes from `from` to `to` is `name`.
    private static boolean is(byte[] text, int from, int to, byte[] name) {
        if (to - from != name.length + 2) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (text[from + 1 + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
