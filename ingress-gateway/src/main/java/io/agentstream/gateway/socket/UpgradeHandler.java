package io.agentstream.gateway.socket;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.xnio.StreamConnection;

/// Turns requests for a media socket into sockets (RFC 6455, section 4.2). Called by I/O threads. Where the request comes from, as
/// a browser's Origin tells it, changes nothing.
final class UpgradeHandler implements HttpHandler {

    private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String VERSION = "13";

    /// Takes a socket, on its I/O thread.
    interface Acceptor {
        void accept(StreamRequest request, String address, StreamConnection connection);
    }

    private final Acceptor acceptor;

    UpgradeHandler(Acceptor acceptor) {
        this.acceptor = acceptor;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        StreamRequest request = StreamRequest.parse(
                exchange.getRequestPath(), exchange.getQueryParameters(), exchange.getQueryString());
        HeaderMap headers = exchange.getRequestHeaders();
        if (request == null) {
            refuse(exchange, 404, "Not found");
        } else if (!exchange.getRequestMethod().equals(Methods.GET)) {
            exchange.getResponseHeaders().put(Headers.ALLOW, Methods.GET_STRING);
            refuse(exchange, 405, "Method not allowed");
        } else if (!has(headers, Headers.UPGRADE, "websocket") || !has(headers, Headers.CONNECTION, "upgrade")) {
            exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket").put(Headers.CONNECTION, "Upgrade");
            refuse(exchange, 426, "This is a WebSocket");
        } else if (!VERSION.equals(headers.getFirst(Headers.SEC_WEB_SOCKET_VERSION))) {
            exchange.getResponseHeaders()
                    .put(Headers.UPGRADE, "websocket")
                    .put(Headers.CONNECTION, "Upgrade")
                    .put(Headers.SEC_WEB_SOCKET_VERSION, VERSION);
            refuse(exchange, 426, "WebSocket version 13 is needed");
        } else {
            String key = headers.getFirst(Headers.SEC_WEB_SOCKET_KEY);
            if (key == null || !isKey(key) || exchange.getRequestContentLength() > 0 || headers.contains(Headers.TRANSFER_ENCODING)) {
                refuse(exchange, 400, "Not a WebSocket request");
            } else {
                upgrade(exchange, request, key.strip());
            }
        }
    }

    private void upgrade(HttpServerExchange exchange, StreamRequest request, String key) {
        String address = exchange.getSourceAddress().getAddress() == null
                ? exchange.getSourceAddress().getHostString()
                : exchange.getSourceAddress().getAddress().getHostAddress();
        exchange.upgradeChannel((connection, done) -> {
            if (connection.getIoThread().equals(Thread.currentThread())) {
                acceptor.accept(request, address, connection);
            } else {
                connection.getIoThread().execute(() -> acceptor.accept(request, address, connection));
            }
        });
        exchange.getResponseHeaders()
                .put(Headers.UPGRADE, "websocket")
                .put(Headers.SEC_WEB_SOCKET_ACCEPT, accept(key));
        exchange.endExchange();
    }

    private static boolean has(HeaderMap headers, HttpString name, String token) {
        Iterable<String> values = headers.eachValue(name);
        for (String value : values) {
            for (String part : value.split(",", -1)) {
                if (part.strip().toLowerCase(Locale.ROOT).equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key.strip()).length == 16;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + WEBSOCKET_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static void refuse(HttpServerExchange exchange, int status, String why) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        exchange.getResponseSender().send(why + "\n");
    }
}
