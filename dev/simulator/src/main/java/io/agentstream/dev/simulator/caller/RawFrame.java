package io.agentstream.dev.simulator.caller;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A WebSocket frame as it came over the wire.
public final class RawFrame {

    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private final boolean last;
    private final int opcode;
    private final byte[] payload;

    RawFrame(boolean last, int opcode, byte[] payload) {
        this.last = last;
        this.opcode = opcode;
        this.payload = payload;
    }

    /// Whether the message ends with it.
    public boolean last() {
        return last;
    }

    /// One of the constants above, or whatever came.
    public int opcode() {
        return opcode;
    }

    /// The payload, in a new array.
    public byte[] payload() {
        return payload.clone();
    }

    /// The payload as text.
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /// The code of a close frame; 1005 where it has none, as the standard says.
    public int closeCode() {
        return payload.length < Short.BYTES ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    /// The reason of a close frame.
    public String closeReason() {
        return payload.length < Short.BYTES
                ? ""
                : new String(payload, Short.BYTES, payload.length - Short.BYTES, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "RawFrame[opcode=" + opcode + ", last=" + last + ", " + payload.length + " bytes]";
    }
}
