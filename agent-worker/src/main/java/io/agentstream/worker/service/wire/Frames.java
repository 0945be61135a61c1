package io.agentstream.worker.service.wire;

import io.agentstream.schemas.Slice;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/// Frames of a WebSocket, from the client's side (RFC 6455, 5).
final class Frames {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MAX_CONTROL_BYTES = 125;

    private Frames() {}

    /// A whole message, or a control frame.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opcode, byte[] payload) {}

    /// A frame that is all of its message. The mask is there for proxies (RFC 6455, 10.3); nobody has to guess it to harm us.
    static byte[] masked(int opcode, Slice payload) {
        int length = payload.length();
        int extended = length < 126 ? 0 : length < 65_536 ? Short.BYTES : Long.BYTES;
        ByteBuffer frame = ByteBuffer.allocate(2 + extended + 4 + length);
        frame.put((byte) (0x80 | opcode));
        if (extended == 0) {
            frame.put((byte) (0x80 | length));
        } else if (extended == Short.BYTES) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        int mask = ThreadLocalRandom.current().nextInt();
        frame.putInt(mask);
        for (int i = 0; i < length; i++) {
            frame.put((byte) (payload.array()[payload.offset() + i] ^ (mask >> (24 - 8 * (i & 3)))));
        }
        return frame.array();
    }

    static byte[] code(int code) {
        return ByteBuffer.allocate(Short.BYTES).putShort((short) code).array();
    }

    static int codeOf(byte[] payload, int none) {
        return payload.length < Short.BYTES ? none : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    static String reasonOf(byte[] payload) {
        return payload.length <= Short.BYTES
                ? ""
                : new String(payload, Short.BYTES, payload.length - Short.BYTES, StandardCharsets.UTF_8);
    }

    /// Reads frames of a server and puts messages together. One thread.
    static final class Reader {

        private final InputStream in;
        private final Budget budget = new Budget(System.nanoTime());
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        /// Of the message that is being put together; -1 for none.
        private int opcode = -1;

        Reader(InputStream in) {
            this.in = in;
        }

        /// @throws ServiceException where it is no WebSocket, a message is too large, or there are too many
        /// @throws EOFException where TCP ends
        Frame next() throws IOException, ServiceException {
            while (true) {
                int first = in.read();
                int second = in.read();
                if (first < 0 || second < 0) {
                    throw new EOFException();
                }
                int kind = first & 0x0F;
                boolean last = (first & 0x80) != 0;
                check((first & 0x70) == 0, "a frame of an extension");
                check((second & 0x80) == 0, "a masked frame");
                long length = length(second & 0x7F);
                check(budget.takes(Math.clamp(length, 0, Messages.MAX_MESSAGE_BYTES), System.nanoTime()), "more than a service may bring");
                if (kind >= CLOSE) {
                    check(last && length <= MAX_CONTROL_BYTES && kind <= PONG, "a wrong control frame");
                    return new Frame(kind, exactly((int) length));
                }
                check(kind <= BINARY && (kind == CONTINUATION) == (opcode != -1), "a frame out of its order");
                check(length >= 0 && length <= Messages.MAX_MESSAGE_BYTES - message.size(), "a message that is too large");
                byte[] payload = exactly((int) length);
                if (kind != CONTINUATION && last) {
                    return new Frame(kind, payload);
                }
                opcode = kind == CONTINUATION ? opcode : kind;
                message.writeBytes(payload);
                if (last) {
                    Frame whole = new Frame(opcode, message.toByteArray());
                    message.reset();
                    opcode = -1;
                    return whole;
                }
            }
        }

        private long length(int seven) throws IOException {
            return switch (seven) {
                case 126 -> ByteBuffer.wrap(exactly(Short.BYTES)).getShort() & 0xFFFF;
                case 127 -> ByteBuffer.wrap(exactly(Long.BYTES)).getLong();
                default -> seven;
            };
        }

        private byte[] exactly(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException();
            }
            return bytes;
        }

        private static void check(boolean right, String otherwise) throws ServiceException {
            if (!right) {
                throw Broken.because(otherwise);
            }
        }
    }
}
