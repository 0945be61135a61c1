package io.agentstream.gateway.websocket;

import io.agentstream.gateway.websocket.Messages.Breach;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Cuts the bytes of one client's WebSocket into messages. A message that is whole in the bytes at hand is given on from where it
/// lies; only one that comes in parts is put together in a buffer, of at most the longest message. Confined to its socket's
/// thread; does no I/O, keeps no reference to the bytes it is fed.
public final class FrameReader {

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int MAX_HEADER_BYTES = 14;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final byte[] NOTHING = {};
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int maxMessageBytes;

    private final byte[] header = new byte[MAX_HEADER_BYTES];
    private int headerBytes;

    // The frame under way; meaningful while inPayload.
    private boolean inPayload;
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
        opcode = header[0] & 0x0F;
        last = (header[0] & 0x80) != 0;
        int length7 = header[1] & 0x7F;
        long length = switch (length7) {
            case 126 -> (header[2] & 0xFFL) << 8 | (header[3] & 0xFFL);
            case 127 -> ByteBuffer.wrap(header).getLong(2);
            default -> length7;
        };
        boolean controlFrame = opcode >= CLOSE;
        boolean wrong = (header[0] & 0x70) != 0
                || (header[1] & 0x80) == 0
                || (length7 == 126 && length < 126)
                || (length7 == 127 && length >= 0 && length < 1 << 16)
                || length < 0
                || (controlFrame && (!last || length > MAX_CONTROL_BYTES || opcode > PONG))
                || (!controlFrame && opcode > BINARY)
                || (opcode == CONTINUATION && !inMessage)
                || ((opcode == TEXT || opcode == BINARY) && inMessage);
        if (wrong) {
            fail(Breach.PROTOCOL, messages);
            return;
        }
        mask = (int) INTS.get(header, headerLength() - 4);
        payloadLeft = length;
        payloadTaken = 0;
        inPayload = true;
        if (controlFrame) {
            controlBytes = 0;
            return;
        }
        inMessage = true;
        if (skipping) {
            return;
        }
        if (opcode == BINARY) {
            fail(Breach.BINARY, messages);
        } else if (messageBytes + length > maxMessageBytes) {
            fail(Breach.TOO_BIG, messages);
        }
    }

    private int payload(byte[] bytes, int from, int to, Messages messages) {
        int count = (int) Math.min(payloadLeft, to - from);
        boolean whole = count == payloadLeft;
        boolean controlFrame = opcode >= CLOSE;
        int end = from + count;
        if (!skipping || controlFrame) {
            unmask(bytes, from, end, Integer.rotateRight(mask, 8 * (payloadTaken & 3)));
            if (controlFrame) {
                System.arraycopy(bytes, from, control, controlBytes, count);
                controlBytes += count;
            } else if (!(whole && last && messageBytes == 0 && payloadTaken == 0)) {
                keep(bytes, from, count);
            }
        }
        boolean inOnePiece = messageBytes == 0;
        payloadTaken = ((payloadTaken + count) & 3) | 4;
        payloadLeft -= count;
        if (whole) {
            inPayload = false;
            if (controlFrame) {
                control(messages);
            } else {
                part(bytes, from, end, inOnePiece, messages);
            }
        }
        return end;
    }

    private void part(byte[] bytes, int from, int end, boolean inOnePiece, Messages messages) {
        if (!last) {
            if (!skipping) {
                messages.other();
            }
            return;
        }
        inMessage = false;
        if (skipping) {
            return;
        }
        byte[] text = inOnePiece ? bytes : message;
        int textFrom = inOnePiece ? from : 0;
        int textTo = inOnePiece ? end : messageBytes;
        messageBytes = 0;
        message = NOTHING;
        if (isUtf8(text, textFrom, textTo)) {
            messages.text(text, textFrom, textTo);
        } else {
            fail(Breach.NOT_UTF8, messages);
        }
    }

    private void keep(byte[] bytes, int from, int count) {
        int needed = messageBytes + count;
        if (message.length < needed) {
            long rest = Math.min(payloadLeft, maxMessageBytes);
            int room = (int) Math.min(maxMessageBytes, Math.max(messageBytes + rest, 2L * message.length));
            byte[] bigger = new byte[Math.max(needed, room)];
            System.arraycopy(message, 0, bigger, 0, messageBytes);
            message = bigger;
        }
        System.arraycopy(bytes, from, message, messageBytes, count);
        messageBytes = needed;
    }

    private void control(Messages messages) {
        switch (opcode) {
            case PING -> {
                if (!skipping) {
                    messages.ping(control, 0, controlBytes);
                }
            }
            case PONG -> {
                if (!skipping) {
                    messages.other();
                }
            }
            case CLOSE -> close(messages);
            default -> throw new IllegalStateException("control frame " + opcode);
        }
    }

    private void close(Messages messages) {
        if (controlBytes == 0) {
            deaf = true;
            messages.close(CloseCodes.NO_CODE);
            return;
        }
        int code = controlBytes == 1 ? 0 : (control[0] & 0xFF) << 8 | (control[1] & 0xFF);
        if (!CloseCodes.sendable(code) || !isUtf8(control, 2, controlBytes)) {
            fail(Breach.PROTOCOL, messages);
            return;
        }
        deaf = true;
        messages.close(code);
    }

    private void fail(Breach breach, Messages messages) {
        boolean known = skipping;
        skipMessages();
        if (breach == Breach.PROTOCOL) {
            deaf = true; // where the next frame begins is not known any more
        }
        if (!known) {
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

    private static boolean isUtf8(byte[] bytes, int from, int to) {
        int at = from;
        while (at <= to - Long.BYTES && ((long) LONGS.get(bytes, at) & 0x8080_8080_8080_8080L) == 0) {
            at += Long.BYTES;
        }
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        if (at >= to) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, to - at));
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }
}
