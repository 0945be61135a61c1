package io.agentstream.gateway.telephony;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Base64 (RFC 4648, section 4) from and to bytes of text, in place. Strict: no line breaks, no other alphabet; padding may be
/// left out, as some providers do, but not be wrong. [#mend] makes strict text of what others write. Any thread.
public final class Base64Text {

    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            VALUES[DIGITS[i]] = (byte) i;
        }
    }

    private Base64Text() {}

    /// Bytes that the text from `from` to `to` stands for, if it is base64 at all; -1 where its length says that it is not.
    public static int decodedBytes(byte[] text, int from, int to) {
        int digits = digits(text, from, to);
        return digits < 0 || (digits & 3) == 1 ? -1 : (int) (digits * 3L / 4);
    }

    private static int digits(byte[] text, int from, int to) {
        int length = to - from;
        if (length >= 4 && (length & 3) == 0 && text[to - 1] == '=') {
            return text[to - 2] == '=' ? length - 2 : length - 1;
        }
        return length;
    }

    /// Decodes to `out` at `at`, where there is room for [#decodedBytes].
    ///
    /// @return false where the text is not base64; `out` then holds anything
    public static boolean decode(byte[] text, int from, int to, byte[] out, int at) {
        int digits = digits(text, from, to);
        if (digits < 0 || (digits & 3) == 1) {
            return false;
        }
        int in = from;
        int put = at;
        int wrong = 0;
        for (int quads = digits >> 2; quads > 0; quads--) {
            int a = VALUES[text[in] & 0xFF];
            int b = VALUES[text[in + 1] & 0xFF];
            int c = VALUES[text[in + 2] & 0xFF];
            int d = VALUES[text[in + 3] & 0xFF];
            wrong |= a | b | c | d;
            int bits = a << 18 | b << 12 | c << 6 | d;
            out[put] = (byte) (bits >> 16);
            out[put + 1] = (byte) (bits >> 8);
            out[put + 2] = (byte) bits;
            in += 4;
            put += 3;
        }
        int rest = digits & 3;
        if (rest > 0) {
            int a = VALUES[text[in] & 0xFF];
            int b = VALUES[text[in + 1] & 0xFF];
            int c = rest == 3 ? VALUES[text[in + 2] & 0xFF] : 0;
            wrong |= a | b | c;
            int bits = a << 18 | b << 12 | c << 6;
            out[put] = (byte) (bits >> 16);
            if (rest == 3) {
                out[put + 1] = (byte) (bits >> 8);
            }
        }
        return wrong >= 0;
    }

    /// What the text would be in the strict form: without line breaks and blanks (MIME, RFC 2045, section 6.8), in the usual
    /// alphabet instead of the one for URLs (RFC 4648, section 5), without the padding at its end, one or two signs of it.
    static byte[] mend(byte[] text, int from, int to) {
        byte[] out = new byte[to - from];
        int length = 0;
        for (int at = from; at < to; at++) {
            byte c = text[at];
            switch (c) {
                case ' ', '\t', '\r', '\n' -> {}
                case '-' -> out[length++] = '+';
                case '_' -> out[length++] = '/';
                default -> out[length++] = c;
            }
        }
        int padding = 0;
        while (padding < 2 && length > 0 && out[length - 1] == '=') {
            padding++;
            length--;
        }
        return Arrays.copyOf(out, length);
    }

    public static int encodedBytes(int bytes) {
        return (bytes + 2) / 3 * 4;
    }

    /// Encodes `length` bytes, with padding.
    ///
    /// @return where the text ends
    public static int encode(byte[] bytes, int from, int length, byte[] out, int at) {
        int in = from;
        int put = at;
        int end = from + length / 3 * 3;
        while (in < end) {
            int bits = (bytes[in] & 0xFF) << 16 | (bytes[in + 1] & 0xFF) << 8 | (bytes[in + 2] & 0xFF);
            out[put] = DIGITS[bits >>> 18];
            out[put + 1] = DIGITS[bits >>> 12 & 63];
            out[put + 2] = DIGITS[bits >>> 6 & 63];
            out[put + 3] = DIGITS[bits & 63];
            in += 3;
            put += 4;
        }
        int rest = from + length - in;
        if (rest > 0) {
            int bits = (bytes[in] & 0xFF) << 16 | (rest == 2 ? (bytes[in + 1] & 0xFF) << 8 : 0);
            out[put] = DIGITS[bits >>> 18];
            out[put + 1] = DIGITS[bits >>> 12 & 63];
            out[put + 2] = rest == 2 ? DIGITS[bits >>> 6 & 63] : (byte) '=';
            out[put + 3] = '=';
            put += 4;
        }
        return put;
    }
}
