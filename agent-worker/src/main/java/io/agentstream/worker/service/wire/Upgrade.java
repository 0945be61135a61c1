package io.agentstream.worker.service.wire;

import io.agentstream.runtime.outbound.OutboundSockets;
import io.agentstream.worker.service.ServiceFailure.Refused;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// The client's half of a WebSocket's handshake (RFC 6455, 4.1).
final class Upgrade {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_HEAD_BYTES = 16 * 1_024;
    private static final int MAX_PROBLEM_BYTES = 4 * 1_024;

    private Upgrade() {}

    /// @throws ServiceException where the answer is anything but the agreement
    static void ask(URI url, Map<String, String> headers, InputStream in, OutputStream out)
            throws IOException, ServiceException {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        out.write(request(url, headers, key).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        String[] lines = head(in).split("\r\n", -1);
        Map<String, String> answer = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                answer.putIfAbsent(lines[i].substring(0, colon).strip().toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
            }
        }
        int status = status(lines[0]);
        if (status != 101) {
            throw new ServiceException(Failures.ofStatus(
                    status, answer.get("retry-after"), answer.get("retry-after-ms"), isAboutQuota(in, answer)));
        }
        if (!accept(key).equals(answer.get("sec-websocket-accept"))) {
            throw Broken.because("an upgrade that does not belong to ours");
        }
    }

    private static String request(URI url, Map<String, String> headers, String key) throws ServiceException {
        boolean usual = url.getPort() == -1 || url.getPort() == (OutboundSockets.isEncrypted(url) ? 443 : 80);
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        StringBuilder request = new StringBuilder("GET ")
                .append(path)
                .append(url.getRawQuery() == null ? "" : "?" + url.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(url.getHost())
                .append(usual ? "" : ":" + url.getPort())
                .append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(key)
                .append("\r\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getValue().chars().anyMatch(c -> c < ' ' || c > '~')) { // a key with a line end would be two headers
                throw new ServiceException(new Refused("a key of unusual characters"));
            }
            request.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private static String head(InputStream in) throws IOException, ServiceException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int end = 0;
        while (end < 4) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            if (head.size() >= MAX_HEAD_BYTES) {
                throw Broken.because("a head of more than " + MAX_HEAD_BYTES + " bytes");
            }
            head.write(next);
            end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int status(String line) throws ServiceException {
        String[] parts = line.split(" ", 3);
        try {
            if (parts.length >= 2 && parts[0].startsWith("HTTP/1.")) {
                return Integer.parseInt(parts[1]);
            }
        } catch (NumberFormatException none) {
            // Said below.
        }
        throw Broken.because("an answer that is no HTTP");
    }

    private static boolean isAboutQuota(InputStream in, Map<String, String> answer) throws IOException {
        int length;
        try {
            length = Integer.parseInt(answer.getOrDefault("content-length", "0"));
        } catch (NumberFormatException none) {
            return false;
        }
        String body = new String(in.readNBytes(Math.clamp(length, 0, MAX_PROBLEM_BYTES)), StandardCharsets.UTF_8);
        return body.contains("insufficient_quota") || body.contains("quota_exceeded");
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
