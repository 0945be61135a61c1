package io.agentstream.dev.simulator.services;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The server's side of a WebSocket, which does what it is told, right or wrong. One thread reads; any thread writes.
public final class ServiceSocket {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MAX_MESSAGE_BYTES = 8 << 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private int pieceBytes = Integer.MAX_VALUE;
    private volatile boolean saidGoodbye;

    /// A message of the client's; pings and pongs are not told.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Message(int opcode, byte[] payload) {

        public boolean isText() {
            return opcode == TEXT;
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    ServiceSocket(Socket socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = in;
        this.out = out;
    }

    /// From now on every message goes out in frames of so many bytes, with a ping between them, and each frame in two writes.
    public void split(int bytes) {
        pieceBytes = bytes;
    }

    public void text(String text) throws IOException {
        message(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void binary(byte[] payload) throws IOException {
        message(BINARY, payload);
    }

    public void ping(byte[] payload) throws IOException {
        control(PING, payload);
    }

    private void message(int opcode, byte[] payload) throws IOException {
        writing.lock();
        try {
            for (int at = 0; at == 0 || at < payload.length; at += pieceBytes) {
                int length = Math.min(pieceBytes, payload.length - at);
                boolean last = at + length >= payload.length;
                frame(last, at == 0 ? opcode : 0, payload, at, length);
                if (!last) {
                    frame(true, PING, new byte[] {1}, 0, 1);
                }
                if (pieceBytes == Integer.MAX_VALUE) {
                    return;
                }
            }
        } finally {
            writing.unlock();
        }
    }

    private void frame(boolean last, int opcode, byte[] payload, int offset, int length) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(10);
        head.put((byte) ((last ? 0x80 : 0) | opcode));
        if (length < 126) {
            head.put((byte) length);
        } else if (length < 65_536) {
            head.put((byte) 126).putShort((short) length);
        } else {
            head.put((byte) 127).putLong(length);
        }
        out.write(head.array(), 0, head.position());
        out.flush();
        out.write(payload, offset, length);
        out.flush();
    }

    /// Promises a frame of so many bytes, and sends none of them.
    public void promise(long length) throws IOException {
        writing.lock();
        try {
            out.write(ByteBuffer.allocate(10).put((byte) (0x80 | TEXT)).put((byte) 127).putLong(length).array());
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    /// Says goodbye, and leaves the other side's goodbye to whoever reads.
    void goodbye(int code, String reason) throws IOException {
        byte[] words = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = ByteBuffer.allocate(Short.BYTES + words.length).putShort((short) code).put(words).array();
        writing.lock();
        try {
            saidGoodbye = true;
            frame(true, CLOSE, payload, 0, payload.length);
        } finally {
            writing.unlock();
        }
    }

    /// Says goodbye, waits for the other side's goodbye and ends TCP.
    public void close(int code, String reason) throws IOException {
        goodbye(code, reason);
        in.transferTo(OutputStream.nullOutputStream());
        socket.close();
    }

    /// The connection is lost.
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// The client's next message; nothing where it said goodbye, which is answered, or is gone.
    public Optional<Message> next() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int opcode = 0;
        while (true) {
            int first = in.read();
            if (first < 0) {
                return Optional.empty();
            }
            int second = in.read();
            if ((second & 0x80) == 0) {
                throw new IOException("a client has to mask its frames");
            }
            byte[] payload = payload(second & 0x7F);
            switch (first & 0x0F) {
                case PING -> control(PONG, payload);
                case PONG -> { }
                case CLOSE -> {
                    if (!saidGoodbye) {
                        control(CLOSE, payload);
                    }
                    socket.close();
                    return Optional.empty();
                }
                default -> {
                    opcode = (first & 0x0F) == 0 ? opcode : first & 0x0F;
                    message.writeBytes(payload);
                    if ((first & 0x80) != 0) {
                        return Optional.of(new Message(opcode, message.toByteArray()));
                    }
                }
            }
        }
    }

    private void control(int opcode, byte[] payload) throws IOException {
        writing.lock();
        try {
            frame(true, opcode, payload, 0, payload.length);
        } finally {
            writing.unlock();
        }
    }

    private byte[] payload(int seven) throws IOException {
        long length = switch (seven) {
            case 126 -> ByteBuffer.wrap(exactly(Short.BYTES)).getShort() & 0xFFFF;
            case 127 -> ByteBuffer.wrap(exactly(Long.BYTES)).getLong();
            default -> seven;
        };
        if (length > MAX_MESSAGE_BYTES) {
            throw new IOException("a frame of " + length + " bytes");
        }
        byte[] mask = exactly(4);
        byte[] payload = exactly((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the socket ended within a frame");
        }
        return bytes;
    }
}
