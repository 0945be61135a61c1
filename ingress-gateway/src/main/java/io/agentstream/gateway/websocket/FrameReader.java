package io.agentstream.gateway.websocket;

import io.agentstream.gateway.websocket.Messages.Breach;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Cuts the bytes of one client's WebSocket into messages. A message that is whole in the bytes at hand is given on from where it
/// lies; only one that comes in parts is put together in a buffer, of at most the longest message, that grows with what came and
/// not with what a header announces. Confined to its socket's thread; does no I/O, keeps no reference to the bytes it is fed.
///
/// After a breach of the protocol the frames are still counted off, because the peer's close is behind them.
public final class FrameReader {

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int MAX_HEADER_BYTES = 14;
    private static final int MAX_CONTROL_BYTES = 125;
    /// What is made room for at once, so that a usual message that two reads bring is not copied twice.
    private static final int USUAL_MESSAGE_BYTES = 1_024;
    private static final byte[] NOTHING = {};
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int maxMessageBytes;

    private final byte[] header = new byte[MAX_HEADER_BYTES];
    private int headerBytes;

    private enum Role {
        DATA,
        CONTROL,
        SKIPPED
    }

    // The frame under way; meaningful while inPayload.
    private boolean inPayload;
    private Role role = Role.SKIPPED;
    private int opcode;
    private boolean last;
    private int mask;
    private long payloadLeft;
    /// Bytes of the frame's payload that were taken, which is where its mask goes on.
    private int payloadTaken;

    /// The message under way, as far as it is here.
    private byte[] message = NOTHING;

    private int messageBytes;
    private boolean inMessage;
    private int utf8 = Utf8.COMPLETE;

    /// A control frame may come between the parts of a message, and in parts itself.
    private final byte[] control = new byte[MAX_CONTROL_BYTES];

    private int controlBytes;

    private boolean skipping;
    private boolean deaf;

    public FrameReader(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /// Takes `bytes` from `from` to `to`, and changes them: payloads are unmasked in place.
    public void feed(byte[] bytes, int from, int to, Messages messages) {
        int at = from;
        while (at < to && !deaf) {
            at = inPayload ? payload(bytes, at, to, messages) : header(bytes, at, to, messages);
        }
    }

    /// From now on only the peer's close frame is of interest.
    public void skipMessages() {
        skipping = true;
        message = NOTHING;
        messageBytes = 0;
        if (role != Role.CONTROL || opcode != CLOSE) {
            role = Role.SKIPPED;
        }
    }

    private int header(byte[] bytes, int from, int to, Messages messages) {
        int at = from;
        while (at < to) {
            header[headerBytes++] = bytes[at++];
            if (headerBytes >= 2 && headerBytes == headerLength()) {
                headerBytes = 0;
                begin(messages);
                if (inPayload && payloadLeft == 0) {
                    return payload(bytes, at, to, messages);
                }
                return at;
            }
        }
        return at;
    }

    private int headerLength() {
        int length = header[1] & 0x7F;
        int extended = length == 127 ? 8 : length == 126 ? 2 : 0;
        return 2 + extended + ((header[1] & 0x80) != 0 ? 4 : 0);
    }

    private void begin(Messages messages) {
        int length7 = header[1] & 0x7F;
        long length = switch (length7) {
            case 126 -> (header[2] & 0xFFL) << 8 | (header[3] & 0xFFL);
            case 127 -> ByteBuffer.wrap(header).getLong(2);
            default -> length7;
        };
        if (length < 0) {
            deaf = true; // where the next frame begins is not known any more
            fail(Breach.PROTOCOL, messages);
            return;
        }
        boolean masked = (header[1] & 0x80) != 0;
        opcode = header[0] & 0x0F;
        last = (header[0] & 0x80) != 0;
        mask = masked ? (int) INTS.get(header, headerLength() - 4) : 0;
        payloadLeft = length;
        payloadTaken = 0;
        controlBytes = 0;
        inPayload = true;
        if (!skipping) {
            boolean shortest = (length7 != 126 || length >= 126) && (length7 != 127 || length >= 1 << 16);
            if (!masked || !shortest || (header[0] & 0x70) != 0 || !isInPlace(length)) {
                fail(Breach.PROTOCOL, messages);
            } else if (opcode == BINARY) {
                fail(Breach.BINARY, messages);
            } else if (opcode < CLOSE && length > maxMessageBytes - messageBytes) {
                fail(Breach.TOO_BIG, messages);
            }
        }
        role = role(length);
    }

    /// Whether a frame of this kind may stand here.
    private boolean isInPlace(long length) {
        return switch (opcode) {
            case CONTINUATION -> inMessage;
            case TEXT, BINARY -> !inMessage;
            case CLOSE, PING, PONG -> last && length <= MAX_CONTROL_BYTES;
            default -> false;
        };
    }

    private Role role(long length) {
        if (skipping) {
            return opcode == CLOSE && length <= MAX_CONTROL_BYTES ? Role.CONTROL : Role.SKIPPED;
        }
        return opcode >= CLOSE ? Role.CONTROL : Role.DATA;
    }

    private int payload(byte[] bytes, int from, int to, Messages messages) {
        int count = (int) Math.min(payloadLeft, to - from);
        int end = from + count;
        boolean whole = count == payloadLeft;
        boolean first = payloadTaken == 0;
        if (role != Role.SKIPPED) {
            unmask(bytes, from, end, Integer.rotateRight(mask, 8 * (payloadTaken & 3)));
        }
        payloadTaken = ((payloadTaken + count) & 3) | 4;
        payloadLeft -= count;
        inPayload = !whole;
        switch (role) {
            case CONTROL -> {
                System.arraycopy(bytes, from, control, controlBytes, count);
                controlBytes += count;
                if (whole) {
                    control(messages);
                }
            }
            case DATA -> data(bytes, from, end, whole, first, messages);
            case SKIPPED -> {}
        }
        return end;
    }

    private void data(byte[] bytes, int from, int end, boolean whole, boolean first, Messages messages) {
        boolean inOnePiece = whole && last && first && messageBytes == 0;
        utf8 = Utf8.check(utf8, bytes, from, end);
        if (utf8 == Utf8.MALFORMED || (whole && last && utf8 != Utf8.COMPLETE)) {
            fail(Breach.NOT_UTF8, messages);
            role = Role.SKIPPED;
            return;
        }
        if (!inOnePiece) {
            keep(bytes, from, end - from);
        }
        if (!whole) {
            inMessage = true;
        } else if (last) {
            inMessage = false;
            byte[] text = inOnePiece ? bytes : message;
            int textFrom = inOnePiece ? from : 0;
            int textTo = inOnePiece ? end : messageBytes;
            messageBytes = 0;
            message = NOTHING;
            messages.text(text, textFrom, textTo);
        } else {
            inMessage = true;
            messages.other();
        }
    }

    private void keep(byte[] bytes, int from, int count) {
        int needed = messageBytes + count;
        if (message.length < needed) {
            long announced = Math.min(maxMessageBytes, needed + payloadLeft);
            byte[] bigger = new byte[(int) Math.min(announced, Math.max(2L * needed, USUAL_MESSAGE_BYTES))];
            System.arraycopy(message, 0, bigger, 0, messageBytes);
            message = bigger;
        }
        System.arraycopy(bytes, from, message, messageBytes, count);
        messageBytes = needed;
    }

    private void control(Messages messages) {
        switch (opcode) {
            case PING -> messages.ping(control, 0, controlBytes);
            case PONG -> messages.other();
            case CLOSE -> close(messages);
            default -> throw new IllegalStateException("control frame " + opcode);
        }
    }

    private void close(Messages messages) {
        int code = switch (controlBytes) {
            case 0 -> CloseCodes.NO_CODE;
            case 1 -> 0;
            default -> (control[0] & 0xFF) << 8 | (control[1] & 0xFF);
        };
        boolean wrong = controlBytes > 0
                && (!CloseCodes.sendable(code) || Utf8.check(Utf8.COMPLETE, control, 2, controlBytes) != Utf8.COMPLETE);
        if (wrong) {
            fail(Breach.PROTOCOL, messages);
        }
        deaf = true;
        messages.close(wrong ? CloseCodes.NO_CODE : code);
    }

    private void fail(Breach breach, Messages messages) {
        if (!skipping) {
            skipMessages();
            messages.broken(breach);
        }
    }

    /// @param mask the mask in the order of the bytes, lowest byte first
    private static void unmask(byte[] bytes, int from, int to, int mask) {
        long wide = (mask & 0xFFFF_FFFFL) | (long) mask << 32;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
        }
        for (int i = 0; at < to; at++, i++) {
            bytes[at] ^= (byte) (mask >>> (8 * (i & 3)));
        }
    }
}
