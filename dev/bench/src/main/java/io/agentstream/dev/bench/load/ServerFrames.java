package io.agentstream.dev.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Takes the frames of one server apart as they come in, and puts fragmented messages together. A frame that came whole is handed
/// on where it lies. One thread.
final class ServerFrames {

    /// What a server sends. The bytes are only valid during the call.
    interface Handler {
        void text(byte[] bytes, int offset, int length);

        void binary(byte[] bytes, int offset, int length);

        void ping(byte[] bytes, int offset, int length);

        /// @param code 1005 where the frame had none
        void closing(int code);
    }

    private static final int FIN = 0x80;
    private static final int RESERVED_OR_MASKED = 0x7080;
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final int NO_CODE = 1005;

    private @Nullable ByteArrayOutputStream fragments;
    private boolean binary;

    /// Hands on every whole frame in `bytes` from `from` to before `to`, and returns where the first one that is not whole begins.
    ///
    /// @throws IOException where the server breaks the protocol
    int read(byte[] bytes, int from, int to, Handler handler) throws IOException {
        int at = from;
        while (true) {
            if (to - at < 2) {
                return at;
            }
            int first = bytes[at] & 0xFF;
            int second = bytes[at + 1] & 0xFF;
            if (((first << 8 | second) & RESERVED_OR_MASKED) != 0) {
                throw new IOException("the server sent a frame that no server may send");
            }
            int body = at + 2 + (second < 126 ? 0 : second == 126 ? 2 : 8);
            if (to < body) {
                return at;
            }
            long length = length(bytes, at, second);
            if (length > MAX_MESSAGE_BYTES) {
                throw new IOException("the server sent a frame of " + length + " bytes");
            }
            if (to - body < length) {
                return at;
            }
            frame(first, bytes, body, (int) length, handler);
            at = body + (int) length;
        }
    }

    private static long length(byte[] bytes, int at, int second) {
        if (second < 126) {
            return second;
        }
        long length = 0;
        for (int i = at + 2; i < at + (second == 126 ? 4 : 10); i++) {
            length = length << 8 | (bytes[i] & 0xFF);
        }
        return length < 0 ? Long.MAX_VALUE : length;
    }

    private void frame(int first, byte[] bytes, int offset, int length, Handler handler) throws IOException {
        boolean last = (first & FIN) != 0;
        switch (first & 0xF) {
            case WebSocketFrames.TEXT, WebSocketFrames.BINARY -> {
                binary = (first & 0xF) == WebSocketFrames.BINARY;
                if (last) {
                    message(bytes, offset, length, handler);
                } else {
                    fragments = new ByteArrayOutputStream();
                    fragments.write(bytes, offset, length);
                }
            }
            case WebSocketFrames.CONTINUATION -> {
                if (fragments == null || fragments.size() + length > MAX_MESSAGE_BYTES) {
                    throw new IOException("the server sent the end of a message that has no beginning, or is too long");
                }
                fragments.write(bytes, offset, length);
                if (last) {
                    byte[] whole = fragments.toByteArray();
                    fragments = null;
                    message(whole, 0, whole.length, handler);
                }
            }
            case WebSocketFrames.CLOSE -> handler.closing(
                    length < 2 ? NO_CODE : (bytes[offset] & 0xFF) << 8 | (bytes[offset + 1] & 0xFF));
            case WebSocketFrames.PING -> handler.ping(bytes, offset, length);
            case WebSocketFrames.PONG -> {}
            default -> throw new IOException("the server sent a frame of kind " + (first & 0xF));
        }
    }

    private void message(byte[] bytes, int offset, int length, Handler handler) {
        if (binary) {
            handler.binary(bytes, offset, length);
        } else {
            handler.text(bytes, offset, length);
        }
    }
}
