package io.agentstream.cli.doctor;

import io.agentstream.runtime.Keys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One upgrade to a WebSocket over a connection that is there, and what its answer says about the way to the gateway.
///
/// @param port that was connected to
record UpgradeProbe(URI url, int port, Duration patience) {

    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})\\b.*");
    private static final String REFUSAL = "Workflow not found";
    private static final String PATH = "/api/v1/agent-stream/";
    private static final int CLOSE_FRAME = 0x88;
    private static final int TLS_ALERT = 0x15;

    private static final String ABOUT = "gateway";

    List<Finding> look(Socket socket) throws IOException {
        Instant before = Instant.now();
        String prefix = url.getRawPath() == null || url.getRawPath().equals("/") ? "" : url.getRawPath();
        String host = url.getHost() + (url.getPort() >= 0 ? ":" + port : "");
        String request = "GET " + prefix + PATH + UUID.randomUUID() + "?provider=cloudonix&Domain=doctor.invalid HTTP/1.1\r\n"
                + "Host: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: ZG9jdG9yLWRvY3Rvci0xMg==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        InputStream in = socket.getInputStream();
        byte[] head;
        try {
            head = head(in);
        } catch (SocketTimeoutException silent) {
            return List.of(Finding.wrong(
                    ABOUT, "takes the connection and does not answer within " + patience.toSeconds() + " s",
                    "see what stands in front of the gateway; one that speaks TLS on this port needs wss:// in "
                            + Keys.PUBLIC_GATEWAY_URL.variable()));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(judge(head, in));
        date(head).flatMap(date -> Clocks.compareDate("the clock behind the gateway's URL", date, before, Instant.now()))
                .ifPresent(findings::add);
        return findings;
    }

    /// All up to the empty line, or as much as there is.
    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4 && head.size() < MAX_HEAD_BYTES) {
            int octet;
            try {
                octet = in.read();
            } catch (SocketTimeoutException silent) {
                if (head.size() > 0) {
                    break;
                }
                throw silent;
            }
            if (octet < 0) {
                break;
            }
            head.write(octet);
            matched = octet == "\r\n\r\n".charAt(matched) ? matched + 1 : octet == '\r' ? 1 : 0;
        }
        return head.toByteArray();
    }

    private Finding judge(byte[] head, InputStream in) throws IOException {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (head.length == 0) {
            return Finding.wrong(
                    ABOUT, "closes the connection without an answer",
                    "where TLS is spoken on this port, write wss:// in " + Keys.PUBLIC_GATEWAY_URL.variable()
                            + "; else see the log of what stands in front of the gateway");
        }
        if (head[0] == TLS_ALERT) {
            return wantsTls();
        }
        Matcher status = STATUS.matcher(text.lines().findFirst().orElse(""));
        if (!status.matches()) {
            return head.length >= 9 && head[0] == 0 && head[3] == 4 // a SETTINGS frame, with which HTTP/2 begins
                    ? onlyHttp2(url.getScheme() + "://" + url.getHost() + ":" + port)
                    : Finding.wrong(ABOUT, "what answers does not speak HTTP/1.1", "see that the port is the gateway's or its proxy's");
        }
        int code = Integer.parseInt(status.group(1));
        return code == 101 ? refusal(in) : answered(code, text);
    }

    private Finding answered(int code, String head) {
        return switch (code) {
            case 200 -> Finding.wrong(
                    ABOUT, "answers 200 with a page: another server than the gateway answers at this address",
                    "forward " + PATH + " to the gateway there, or correct " + Keys.PUBLIC_GATEWAY_URL.variable());
            case 301, 302, 303, 307, 308 -> redirected(code, head);
            case 400 -> header(head, "server").isPresent() && head.toLowerCase(Locale.ROOT).contains("https")
                    ? wantsTls()
                    : Finding.wrong(
                            ABOUT, "answers 400: the request does not come through as it was sent",
                            "where TLS is spoken on this port, write wss://; else have the proxy pass on Upgrade, Connection and Host");
            case 401, 403, 407 -> Finding.wrong(
                    ABOUT, "answers " + code + ": something in front of the gateway wants to know who calls",
                    "let " + PATH + " through without a login: the agent's UUID in the URL is the key");
            case 404 -> Finding.wrong(
                    ABOUT, "answers 404: the path does not come to the gateway as it is",
                    "have the proxy forward " + PATH + " unchanged, with nothing cut from its front, and see that the URL has no path too many");
            case 426 -> Finding.wrong(
                    ABOUT, "answers 426: the gateway is there, but the proxy drops the upgrade",
                    "have the proxy speak HTTP/1.1 and pass on the headers (nginx: proxy_http_version 1.1; proxy_set_header Upgrade"
                            + " $http_upgrade; proxy_set_header Connection upgrade)");
            case 429 -> Finding.wrong(
                    ABOUT, "answers 429: too many calls from here failed lately",
                    "look again in a minute; behind a proxy name it in " + Keys.GATEWAY_TRUSTED_PROXIES.variable());
            case 502, 503, 504 -> Finding.wrong(
                    ABOUT, "answers " + code + ": what stands in front of the gateway does not reach it",
                    "start the gateway, and see that the proxy has its address and port (" + Keys.GATEWAY_PORT.variable()
                            + ") and speaks TLS to it exactly where it has a certificate");
            default -> Finding.wrong(ABOUT, "answers " + code + " instead of an upgrade", "see what stands in front of the gateway");
        };
    }

    private Finding redirected(int code, String head) {
        String to = header(head, "location").orElse("");
        return "ws".equalsIgnoreCase(url.getScheme()) && to.toLowerCase(Locale.ROOT).startsWith("https:")
                ? Finding.wrong(
                        ABOUT, "answers " + code + " and sends callers to https",
                        "write wss:// in " + Keys.PUBLIC_GATEWAY_URL.variable() + ": providers do not follow")
                : Finding.wrong(
                        ABOUT, "answers " + code + ", a redirect, which providers do not follow",
                        "have the proxy forward " + PATH + " to the gateway, or write the address it redirects to in "
                                + Keys.PUBLIC_GATEWAY_URL.variable());
    }

    private static Finding wantsTls() {
        return Finding.wrong(
                ABOUT, "TLS is spoken on this port, and the URL says ws", "write wss:// in " + Keys.PUBLIC_GATEWAY_URL.variable());
    }

    static Finding onlyHttp2(String where) {
        return Finding.wrong(
                ABOUT, "what answers at " + where + " speaks HTTP/2 only, and providers upgrade over HTTP/1.1",
                "let the proxy speak HTTP/1.1 too (ALPN http/1.1)");
    }

    /// The close frame with which the gateway refuses an agent that there is not.
    private Finding refusal(InputStream in) throws IOException {
        byte[] header;
        try {
            header = in.readNBytes(2);
        } catch (SocketTimeoutException silent) {
            return Finding.wrong(
                    ABOUT, "upgrades, and then nothing comes within " + patience.toSeconds() + " s",
                    "see that the proxy does not hold back what it gets (nginx: proxy_buffering off), and that gateway and orchestrator are ready"
                            + " (/readyz)");
        }
        if (header.length < 2 || (header[0] & 0xFF) != CLOSE_FRAME || header[1] < 2 || header[1] > 125) {
            return Finding.wrong(
                    ABOUT, "upgrades, and then answers as no gateway of ours does", "see which server answers at " + PATH);
        }
        byte[] payload = in.readNBytes(header[1]);
        int code = payload.length < 2 ? 0 : ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        return switch (code) {
            case 1008 -> reason.equals(REFUSAL)
                    ? Finding.ok(ABOUT, "refuses a call of an agent that there is not, as it should (1008 " + reason + ")")
                    : Finding.wrong(ABOUT, "refuses with 1008 " + reason, "see that the server at " + PATH + " is this gateway, and of this version");
            case 1011 -> Finding.wrong(
                    ABOUT, "is reached and cannot decide (1011 " + reason + ")",
                    "start an orchestrator; /readyz of gateway and orchestrator says what they wait for");
            case 1013 -> Finding.wrong(
                    ABOUT, "is reached and takes no calls (1013 " + reason + ")",
                    "it is draining, or full: see " + Keys.MAX_CALLS.variable() + " and its /readyz");
            default -> Finding.wrong(ABOUT, "closes with " + code + " " + reason, "see the gateway's log");
        };
    }

    private static Optional<String> header(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    private static Optional<String> date(byte[] head) {
        return header(new String(head, StandardCharsets.ISO_8859_1), "date");
    }
}
