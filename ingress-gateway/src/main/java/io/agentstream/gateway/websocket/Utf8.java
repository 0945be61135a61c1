package io.agentstream.gateway.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Checks UTF-8 (RFC 3629, section 4) piece by piece, so that a bad byte is seen when it comes and not at the end of its message.
/// Allocates nothing. Any thread.
final class Utf8 {

    /// Between two characters: where a text begins, and where it may end.
    static final int COMPLETE = 0;

    static final int MALFORMED = -1;

    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Utf8() {}

    /// Goes over one more piece.
    ///
    /// @param state what the piece before returned, or [#COMPLETE]
    /// @return [#MALFORMED], [#COMPLETE], or the state within a character
    static int check(int state, byte[] bytes, int from, int to) {
        int now = state;
        int at = from;
        while (at < to && now != MALFORMED) {
            if (now != COMPLETE) {
                now = following(now, bytes[at++] & 0xFF);
                continue;
            }
            while (at <= to - Long.BYTES && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
                at += Long.BYTES;
            }
            while (at < to && bytes[at] >= 0) {
                at++;
            }
            if (at < to) {
                now = leading(bytes[at++] & 0xFF);
            }
        }
        return now;
    }

    private static int leading(int octet) {
        if (octet >= 0xC2 && octet <= 0xDF) {
            return within(1, 0x80, 0xBF);
        }
        return switch (octet) {
            case 0xE0 -> within(2, 0xA0, 0xBF);
            case 0xED -> within(2, 0x80, 0x9F); // what is above are halves of surrogate pairs
            case 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xEE, 0xEF -> within(2, 0x80, 0xBF);
            case 0xF0 -> within(3, 0x90, 0xBF);
            case 0xF1, 0xF2, 0xF3 -> within(3, 0x80, 0xBF);
            case 0xF4 -> within(3, 0x80, 0x8F);
            default -> MALFORMED;
        };
    }

    private static int following(int state, int octet) {
        if (octet < (state >> 8 & 0xFF) || octet > (state & 0xFF)) {
            return MALFORMED;
        }
        int missing = (state >> 16) - 1;
        return missing == 0 ? COMPLETE : within(missing, 0x80, 0xBF);
    }

    /// @param missing octets that the character still wants, the next of which is between `least` and `most`
    private static int within(int missing, int least, int most) {
        return missing << 16 | least << 8 | most;
    }
}
