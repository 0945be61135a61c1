package io.agentstream.gateway.websocket;

import java.nio.charset.StandardCharsets;

/// Writes the frames of a server, which are not masked, into a caller's array. Any thread.
public final class FrameWriter {

    public static final int MAX_HEADER_BYTES = 10;

    private static final int FIN = 0x80;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PONG = 10;

    private FrameWriter() {}

    public static int headerBytes(int payloadBytes) {
        return payloadBytes < 126 ? 2 : payloadBytes < 1 << 16 ? 4 : MAX_HEADER_BYTES;
    }

    /// Puts the header of a text message of `payloadBytes`.
    ///
    /// @return where the payload goes
    public static int putText(byte[] out, int at, int payloadBytes) {
        return put(out, at, TEXT, payloadBytes);
    }

    public static byte[] pong(byte[] bytes, int from, int to) {
        byte[] frame = new byte[2 + to - from];
        System.arraycopy(bytes, from, frame, put(frame, 0, PONG, to - from), to - from);
        return frame;
    }

    /// @param code code for the peer, or [CloseCodes#NO_CODE] for a frame without one
    /// @param reason at most 123 bytes of UTF-8
    public static byte[] close(int code, String reason) {
        if (code == CloseCodes.NO_CODE) {
            return new byte[] {(byte) (FIN | CLOSE), 0};
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[2 + 2 + text.length];
        int at = put(frame, 0, CLOSE, 2 + text.length);
        frame[at] = (byte) (code >> 8);
        frame[at + 1] = (byte) code;
        System.arraycopy(text, 0, frame, at + 2, text.length);
        return frame;
    }

    private static int put(byte[] out, int at, int opcode, int length) {
        int next = at;
        out[next++] = (byte) (FIN | opcode);
        if (length < 126) {
            out[next++] = (byte) length;
        } else if (length < 1 << 16) {
            out[next++] = 126;
            out[next++] = (byte) (length >> 8);
            out[next++] = (byte) length;
        } else {
            out[next++] = 127;
            for (int shift = 56; shift >= 0; shift -= 8) {
                out[next++] = (byte) ((long) length >> shift);
            }
        }
        return next;
    }
}
