package io.agentstream.dev.simulator.caller;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.CloseMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/// A gateway of a few lines: hands each text message to the test, which answers as it likes.
final class TinyGateway implements AutoCloseable {

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final Undertow server;

    TinyGateway(BiConsumer<String, WebSocketChannel> onText) {
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(1)
                .setHandler(Handlers.path().addPrefixPath("/call", Handlers.websocket((_, channel) -> {
                    channel.getReceiveSetter().set(new AbstractReceiveListener() {
                        @Override
                        protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                            // The data may be taken once only.
                            String text = message.getData();
                            received.add(text);
                            onText.accept(text, from);
                        }
                    });
                    channel.resumeReceives();
                })))
                .build();
        server.start();
    }

    URI url() {
        int port = ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
        return URI.create("ws://127.0.0.1:" + port + "/call");
    }

    List<String> received() {
        return received;
    }

    static void send(WebSocketChannel channel, String text) {
        WebSockets.sendText(text, channel, null);
    }

    static void close(WebSocketChannel channel, int code, String reason) {
        WebSockets.sendClose(new CloseMessage(code, reason), channel, null);
    }

    static boolean is(String message, String event) {
        return message.startsWith("{\"event\":\"" + event + "\"");
    }

    /// The stream that a `start` or a `media` frame belongs to.
    static String streamOf(String message) {
        String key = "\"streamSid\":\"";
        int from = message.indexOf(key) + key.length();
        return message.substring(from, message.indexOf('"', from));
    }

    /// A `media` frame for the stream that `message` belongs to.
    static String media(String message, byte[] mulaw) {
        return "{\"event\":\"media\",\"streamSid\":\"" + streamOf(message) + "\",\"media\":{\"payload\":\""
                + Base64.getEncoder().encodeToString(mulaw) + "\"}}";
    }

    /// Sends a `media` frame back.
    static void echo(String message, WebSocketChannel channel) {
        String payload = message.substring(message.indexOf("\"payload\":\"") + 11, message.lastIndexOf("\"}}"));
        send(channel, media(message, Base64.getDecoder().decode(payload)));
    }

    @Override
    public void close() {
        server.stop();
    }
}
