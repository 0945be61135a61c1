package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The answer to a request: whole, in chunks, as a WebSocket, or none. One thread.
public final class Reply {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Asked request;
    private final StringBuilder headers = new StringBuilder();
    private boolean begun;
    private boolean upgraded;

    Reply(Socket socket, InputStream in, Asked request) throws IOException {
        this.socket = socket;
        this.in = in;
        this.out = socket.getOutputStream();
        this.request = request;
    }

    public Reply header(String name, String value) {
        headers.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /// A whole answer.
    public void json(int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        write("HTTP/1.1 " + status + " -\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n" + headers + "\r\n");
        out.write(bytes);
        out.flush();
    }

    /// The head of an answer that comes in chunks.
    public void begin(String contentType) throws IOException {
        begun = true;
        write("HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n" + headers + "\r\n");
    }

    public void chunk(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) { // an empty one would be the end
            write(Integer.toHexString(length) + "\r\n");
            out.write(bytes, offset, length);
            write("\r\n");
        }
    }

    public void chunk(byte[] bytes) throws IOException {
        chunk(bytes, 0, bytes.length);
    }

    /// In chunks of at most `pieceBytes`, cut anywhere.
    public void chunks(byte[] bytes, int pieceBytes) throws IOException {
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            chunk(bytes, at, Math.min(pieceBytes, bytes.length - at));
        }
    }

    void end() throws IOException {
        if (begun) {
            write("0\r\n\r\n");
        }
    }

    /// The connection is lost.
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// Returns when the other side ends the connection; what it still says is lost.
    public void awaitEnd() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    /// Agrees to a WebSocket.
    public ServiceSocket upgrade() throws IOException {
        upgraded = true;
        write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + accept(request.headers().getOrDefault("sec-websocket-key", "")) + "\r\n" + headers + "\r\n");
        return new ServiceSocket(socket, in, out);
    }

    boolean isUpgraded() {
        return upgraded;
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
