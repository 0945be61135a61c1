package io.agentstream.gateway.socket;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerAddress;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/// Turns requests for a media socket into sockets (RFC 6455, section 4.2). Called by I/O threads. Where the request comes from, as
/// a browser's Origin tells it, changes nothing.
final class UpgradeHandler implements HttpHandler {

    private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String VERSION = "13";
    private static final String RETRY_AFTER_S = "1";

    /// Takes sockets.
    interface Acceptor {

        /// Whether there is to be no socket at all, and why.
        @Nullable TurnedAway turnsAway(StreamRequest request, PeerAddress address);

        /// On the socket's I/O thread.
        void accept(StreamRequest request, PeerAddress address, StreamConnection connection);

        /// A request was answered with `status` instead.
        void refused(int status);

        /// Whose word is not taken says for whom it speaks.
        void forwardedByStranger();
    }

    private final Acceptor acceptor;
    private final LateRefusals late = new LateRefusals();
    private final Networks trustedProxies;

    /// @param trustedProxies whose word on where a request comes from is taken
    UpgradeHandler(Acceptor acceptor, Networks trustedProxies) {
        this.acceptor = acceptor;
        this.trustedProxies = trustedProxies;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        StreamRequest request = StreamRequest.parse(
                exchange.getRequestPath(), exchange.getQueryParameters(), exchange.getQueryString());
        HeaderMap headers = exchange.getRequestHeaders();
        if (request == null) {
            refuse(exchange, 404, "Not found");
        } else if (!exchange.getRequestMethod().toString().equals(Methods.GET_STRING)) { // methods have a case
            exchange.getResponseHeaders().put(Headers.ALLOW, Methods.GET_STRING);
            refuse(exchange, 405, "Method not allowed");
        } else if (!has(headers, Headers.UPGRADE, "websocket") || !has(headers, Headers.CONNECTION, "upgrade")) {
            exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket").put(Headers.CONNECTION, "Upgrade");
            refuse(exchange, 426, "This is a WebSocket");
        } else if (!exchange.getProtocol().equals(Protocols.HTTP_1_1)) {
            refuse(exchange, 400, "A WebSocket needs HTTP/1.1");
        } else if (!VERSION.equals(only(headers, Headers.SEC_WEB_SOCKET_VERSION))) {
            exchange.getResponseHeaders()
                    .put(Headers.UPGRADE, "websocket")
                    .put(Headers.CONNECTION, "Upgrade")
                    .put(Headers.SEC_WEB_SOCKET_VERSION, VERSION);
            refuse(exchange, 426, "WebSocket version 13 is needed");
        } else {
            String key = only(headers, Headers.SEC_WEB_SOCKET_KEY);
            if (key == null || !isKey(key) || exchange.getRequestContentLength() > 0 || headers.contains(Headers.TRANSFER_ENCODING)) {
                refuse(exchange, 400, "Not a WebSocket request");
            } else {
                knock(exchange, request, key);
            }
        }
    }

    private void knock(HttpServerExchange exchange, StreamRequest request, String key) {
        InetAddress peer = exchange.getSourceAddress().getAddress();
        if (peer == null) { // where even a proxy cannot say who it is
            refuse(exchange, 400, "Not a WebSocket request");
            return;
        }
        HeaderValues forwarded = exchange.getRequestHeaders().get(Headers.X_FORWARDED_FOR);
        if (forwarded != null && !trustedProxies.contains(peer)) {
            acceptor.forwardedByStranger();
        }
        PeerAddress address = PeerAddress.of(peer, forwarded == null ? List.of() : forwarded, trustedProxies);
        TurnedAway why = acceptor.turnsAway(request, address);
        if (why == null) {
            upgrade(exchange, request, address, key);
        } else {
            late.later(exchange, () -> {
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_AFTER_S);
                refuse(exchange, why.status, "Too many sockets");
            });
        }
    }

    private void upgrade(HttpServerExchange exchange, StreamRequest request, PeerAddress address, String key) {
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
        forget(exchange);
        exchange.endExchange();
    }

    /// The exchange lives as long as its connection, and so does what is in it. The URL holds the agent's UUID, which so is in
    /// nothing that Undertow shows to a log or to a handler any more. It is not gone from memory: Undertow's parser (2.4.4,
    /// `RequestState.canonicalPath`) keeps the characters of its connection's last path, and nobody outside its package can reach
    /// them. A heap dump of a gateway is as secret as the URLs of its calls.
    private static void forget(HttpServerExchange exchange) {
        exchange.setRequestPath("").setRequestURI("").setRelativePath("").setResolvedPath("").setQueryString("");
        exchange.getQueryParameters().clear();
        exchange.getPathParameters().clear();
        exchange.getRequestHeaders().clear();
    }

    /// The header's value, or null where there is none, or more than one.
    private static @Nullable String only(HeaderMap headers, HttpString name) {
        HeaderValues values = headers.get(name);
        return values == null || values.size() != 1 ? null : values.getFirst().strip();
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
            return Base64.getDecoder().decode(key).length == 16;
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

    private void refuse(HttpServerExchange exchange, int status, String why) {
        acceptor.refused(status);
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        exchange.getResponseSender().send(why + "\n");
    }
}
