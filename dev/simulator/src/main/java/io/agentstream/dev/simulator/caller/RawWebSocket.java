package io.agentstream.dev.simulator.caller;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A WebSocket client that does nothing by itself: no pong, no close reply, no check. What is sent and read is the caller's
/// business, right or wrong, so that a test can be the peer from hell.
///
/// One thread at a time. Every read waits at most the time it is given. Frames of more than 16 MiB are not read.
public final class RawWebSocket implements AutoCloseable {

    private static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;
    private static final int MAX_HEAD_BYTES = 65_536;
    private static final int CONNECT_LIMIT_MS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final SecureRandom random = new SecureRandom();

    private RawWebSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /// Opens TCP alone: for a peer that never says what it wants.
    public static RawWebSocket tcp(String host, int port) throws IOException {
        return tcp(null, host, port);
    }

    /// As [#tcp(String, int)], from an address of this machine: null, from the one that it chooses.
    public static RawWebSocket tcp(@Nullable InetAddress from, String host, int port) throws IOException {
        Socket socket = new Socket();
        if (from != null) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(CONNECT_LIMIT_MS);
        return new RawWebSocket(socket);
    }

    /// Opens TCP and upgrades, with further `headers`.
    ///
    /// @throws IOException where the answer is not 101; the message is the status line
    public static RawWebSocket open(URI uri, Map<String, String> headers) throws IOException {
        return open(null, uri, headers);
    }

    /// As [#open(URI, Map)], from an address of this machine: null, from the one that it chooses.
    public static RawWebSocket open(@Nullable InetAddress from, URI uri, Map<String, String> headers) throws IOException {
        RawWebSocket opened = tcp(from, uri.getHost(), uri.getPort() == -1 ? 80 : uri.getPort());
        try {
            String head = opened.upgrade(uri, headers);
            String status = head.lines().findFirst().orElse("");
            if (!status.startsWith("HTTP/1.1 101")) {
                throw new IOException(status);
            }
            return opened;
        } catch (IOException failure) {
            opened.close();
            throw failure;
        }
    }

    /// As [#open(URI, Map)] without further headers.
    public static RawWebSocket open(URI uri) throws IOException {
        return open(uri, Map.of());
    }

    /// Sends the upgrade and gives the head of the answer, whatever it is.
    public String upgrade(URI uri, Map<String, String> headers) throws IOException {
        byte[] key = new byte[16];
        random.nextBytes(key);
        StringBuilder request = new StringBuilder("GET ")
                .append(uri.getRawPath())
                .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(uri.getHost())
                .append(":")
                .append(socket.getPort())
                .append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(Base64.getEncoder().encodeToString(key))
                .append("\r\n");
        headers.forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        bytes(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return head();
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 || head.size() > MAX_HEAD_BYTES) {
                throw new EOFException("no complete answer to the upgrade");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /// Sends bytes as they are, frame or no frame.
    public void bytes(byte[] raw) throws IOException {
        out.write(raw);
        out.flush();
    }

    /// Sends a whole text message.
    public void text(String text) throws IOException {
        frame(true, RawFrame.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a whole binary message.
    public void binary(byte[] payload) throws IOException {
        frame(true, RawFrame.BINARY, payload);
    }

    /// Sends a text message in pieces of at most `pieceBytes`, cut anywhere.
    public void fragmented(byte[] payload, int pieceBytes) throws IOException {
        for (int at = 0; at == 0 || at < payload.length; at += pieceBytes) {
            int length = Math.min(pieceBytes, payload.length - at);
            byte[] piece = new byte[length];
            System.arraycopy(payload, at, piece, 0, length);
            frame(at + length >= payload.length, at == 0 ? RawFrame.TEXT : RawFrame.CONTINUATION, piece);
        }
    }

    /// Sends a ping.
    public void ping(byte[] payload) throws IOException {
        frame(true, RawFrame.PING, payload);
    }

    /// Sends a close frame, and does not wait for the other one.
    public void closeFrame(int code, String reason) throws IOException {
        byte[] words = reason.getBytes(StandardCharsets.UTF_8);
        frame(
                true,
                RawFrame.CLOSE,
                ByteBuffer.allocate(Short.BYTES + words.length).putShort((short) code).put(words).array());
    }

    /// Sends one frame, masked as a client must.
    public void frame(boolean last, int opcode, byte[] payload) throws IOException {
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        ByteArrayOutputStream frame = head(last, opcode, payload.length, true);
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i & 3]);
        }
        bytes(frame.toByteArray());
    }

    /// Sends one frame unmasked, which no server may accept.
    public void unmaskedFrame(boolean last, int opcode, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = head(last, opcode, payload.length, false);
        frame.writeBytes(payload);
        bytes(frame.toByteArray());
    }

    /// Sends only the head of a frame that promises `length` bytes.
    public void promise(int opcode, long length) throws IOException {
        bytes(head(true, opcode, length, true).toByteArray());
    }

    private static ByteArrayOutputStream head(boolean last, int opcode, long length, boolean masked) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int maskBit = masked ? 0x80 : 0;
        head.write((last ? 0x80 : 0) | opcode);
        if (length < 126) {
            head.write(maskBit | (int) length);
        } else if (length < 65_536) {
            head.write(maskBit | 126);
            head.writeBytes(ByteBuffer.allocate(Short.BYTES).putShort((short) length).array());
        } else {
            head.write(maskBit | 127);
            head.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(length).array());
        }
        return head;
    }

    /// The next frame, or nothing where TCP has ended.
    ///
    /// @throws SocketTimeoutException where neither comes within `limit`; where no byte of a frame had come, it may be asked again
    public Optional<RawFrame> read(Duration limit) throws IOException {
        socket.setSoTimeout(Math.toIntExact(Math.max(1, limit.toMillis())));
        int first;
        try {
            first = in.read();
        } catch (SocketTimeoutException nothing) {
            throw nothing;
        } catch (IOException reset) {
            return Optional.empty();
        }
        if (first < 0) {
            return Optional.empty();
        }
        long length = in.read() & 0x7F;
        if (length == 126) {
            length = ByteBuffer.wrap(exactly(Short.BYTES)).getShort() & 0xFFFF;
        } else if (length == 127) {
            length = ByteBuffer.wrap(exactly(Long.BYTES)).getLong();
        }
        if (length < 0 || length > MAX_FRAME_BYTES) {
            throw new IOException("a frame of " + length + " bytes");
        }
        return Optional.of(new RawFrame((first & 0x80) != 0, first & 0x0F, exactly((int) length)));
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the socket ended within a frame");
        }
        return bytes;
    }

    /// How the other side took its leave: `code` of its close frame (-1: it sent none) with `reason`, and whether it ended TCP.
    public record Farewell(int code, String reason, boolean tcpEnded) {}

    /// Reads until TCP ends or `limit` has passed. Answers the close frame with one of the same code where `reply` says so.
    public Farewell awaitFarewell(Duration limit, boolean reply) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        int code = -1;
        String reason = "";
        while (true) {
            Optional<RawFrame> frame;
            try {
                frame = read(Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
            } catch (SocketTimeoutException stillOpen) {
                return new Farewell(code, reason, false);
            } catch (EOFException cutOff) {
                return new Farewell(code, reason, true);
            }
            if (frame.isEmpty()) {
                return new Farewell(code, reason, true);
            }
            if (frame.get().opcode() == RawFrame.CLOSE && code == -1) {
                code = frame.get().closeCode();
                reason = frame.get().closeReason();
                if (reply) {
                    replyToClose(code);
                }
            }
        }
    }

    private void replyToClose(int code) {
        try {
            closeFrame(code == 1005 ? 1000 : code, "");
        } catch (IOException gone) {
            // The other side did not wait for it: that is what the farewell will say.
        }
    }

    /// Ends TCP with a reset.
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
