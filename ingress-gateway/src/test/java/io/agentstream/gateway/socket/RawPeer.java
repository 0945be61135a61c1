package io.agentstream.gateway.socket;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A WebSocket client that can do everything wrong. Reads wait fifteen seconds at most.
final class RawPeer implements AutoCloseable {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int PATIENCE_MS = 15_000;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opcode, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
        }

        String closeReason() {
            return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    final Socket socket;
    private final DataInputStream in;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawPeer connect(int port, String target) throws IOException {
        return connect(port, target, new Socket());
    }

    static RawPeer connect(int port, String target, Socket socket) throws IOException {
        if (!socket.isConnected()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
        }
        RawPeer peer = new RawPeer(socket);
        peer.write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                        + "Origin: http://elsewhere.example\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        String head = head(peer.in);
        if (!head.startsWith("HTTP/1.1 101") || !head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
            throw new IOException("no upgrade: " + head);
        }
        return peer;
    }

    /// The head of a response to some other request.
    static String request(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return head(socket.getInputStream());
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("connection closed within a head");
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    RawPeer text(String text) throws IOException {
        return frame(true, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    RawPeer frame(boolean last, int opcode, byte[] payload) throws IOException {
        return write(bytes(last, opcode, payload));
    }

    static byte[] bytes(boolean last, int opcode, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(14 + payload.length).put((byte) ((last ? 0x80 : 0) | opcode));
        if (payload.length < 126) {
            out.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            out.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            out.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        out.put(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ MASK[i & 3]));
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    RawPeer write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    RawPeer close(int code) throws IOException {
        return frame(true, CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((first & 0x80) == 0 || (first & 0x70) != 0 || (second & 0x80) != 0) {
            throw new IOException("not a frame of a server: " + first + " " + second);
        }
        long length = second == 126 ? in.readUnsignedShort() : second == 127 ? in.readLong() : second;
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first & 0x0F, payload);
    }

    /// Reads up to the close frame.
    Frame readClose() throws IOException {
        Frame frame = read();
        while (frame.opcode() != CLOSE) {
            frame = read();
        }
        return frame;
    }

    /// Whether the other side closes the connection.
    boolean ends() throws IOException {
        try {
            in.skipNBytes(Long.MAX_VALUE);
            return false;
        } catch (EOFException end) {
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
