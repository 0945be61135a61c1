package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// Makes the frames that a WebSocket client sends (RFC 6455, section 5.2).
final class WebSocketFrames {

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;

    private WebSocketFrames() {}

    static byte[] mask(RandomGenerator random) {
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        return mask;
    }

    /// A whole message in one frame. From 126 to 65,535 bytes the header has eight bytes, with fewer six.
    static byte[] masked(int opcode, byte[] payload, byte[] mask) {
        boolean small = payload.length < LENGTH_16;
        if (payload.length > 0xFFFF) {
            throw new IllegalArgumentException("a message of " + payload.length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate((small ? 6 : 8) + payload.length).put((byte) (FIN | opcode));
        if (small) {
            out.put((byte) (MASKED | payload.length));
        } else {
            out.put((byte) (MASKED | LENGTH_16)).putShort((short) payload.length);
        }
        out.put(mask);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ mask[i & 3]));
        }
        return out.array();
    }
}
