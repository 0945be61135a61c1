package io.agentstream.dev.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// One call's HTTP upgrade to a WebSocket.
public final class Upgrade {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_RESPONSE_BYTES = 8_192;

    private final String key;

    Upgrade(RandomGenerator random) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        this.key = Base64.getEncoder().encodeToString(nonce);
    }

    /// @param headers further header lines, without their ends
    byte[] request(String host, int port, String target, List<String> headers) {
        StringBuilder more = new StringBuilder();
        headers.forEach(header -> more.append("\r\n").append(header));
        return ("GET " + target + " HTTP/1.1\r\nHost: " + host + ":" + port
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                        + key + more + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Where the response in `bytes` before `to` ends, or -1 where its end has not come yet.
    ///
    /// @throws IOException where it is no upgrade
    int responseEnd(byte[] bytes, int to) throws IOException {
        for (int at = 3; at < to; at++) {
            if (bytes[at] == '\n' && bytes[at - 1] == '\r' && bytes[at - 2] == '\n' && bytes[at - 3] == '\r') {
                check(new String(bytes, 0, at - 3, StandardCharsets.ISO_8859_1));
                return at + 1;
            }
        }
        if (to > MAX_RESPONSE_BYTES) {
            throw new IOException("the answer to the upgrade is too long");
        }
        return -1;
    }

    private void check(String head) throws IOException {
        List<String> lines = head.lines().toList();
        if (!lines.getFirst().startsWith("HTTP/1.1 101")) {
            throw new IOException("the upgrade was answered with " + lines.getFirst());
        }
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-accept:")
                    && line.substring(line.indexOf(':') + 1).trim().equals(accept(key))) {
                return;
            }
        }
        throw new IOException("the upgrade was answered without its key");
    }

    /// What a server answers to a client's key (RFC 6455, section 4.2.2).
    public static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
