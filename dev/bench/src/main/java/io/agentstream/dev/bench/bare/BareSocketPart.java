package io.agentstream.dev.bench.bare;

import io.agentstream.dev.bench.process.Part;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/// A WebSocket server that takes the audio out of each `media` message and sends it back in a message of its own. Nothing else:
/// no Kafka, no session, no pacing.
public final class BareSocketPart implements Part {

    private static final int MAX_MESSAGE_BYTES = 65_536;

    private final JsonFactory json = new JsonFactory();
    private final Undertow server;

    /// @param settings `io_threads`
    public BareSocketPart(JsonNode settings) {
        HttpHandler sockets = Handlers.websocket((exchange, channel) -> {
            channel.getReceiveSetter().set(new AbstractReceiveListener() {
                @Override
                protected long getMaxTextBufferSize() {
                    return MAX_MESSAGE_BYTES;
                }

                @Override
                protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                    String answer = answer(message.getData());
                    if (answer != null) {
                        WebSockets.sendText(answer, from, null);
                    }
                }
            });
            channel.resumeReceives();
        });
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(settings.path("io_threads").asInt(1))
                .setWorkerThreads(1)
                .setHandler(sockets)
                .build();
        server.start();
    }

    @Nullable String answer(String message) {
        byte[] audio = null;
        String streamSid = "";
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), message)) {
            while (in.nextToken() != null) {
                if (in.currentToken() != JsonToken.PROPERTY_NAME) {
                    continue;
                }
                switch (in.currentName()) {
                    case "streamSid" -> streamSid = in.nextStringValue();
                    case "payload" -> {
                        in.nextToken();
                        audio = in.getBinaryValue();
                    }
                    default -> {}
                }
            }
        }
        if (audio == null) {
            return null;
        }
        StringWriter text = new StringWriter(320);
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), text)) {
            out.writeStartObject();
            out.writeStringProperty("event", "media");
            out.writeStringProperty("streamSid", streamSid);
            out.writeObjectPropertyStart("media");
            out.writeName("payload");
            out.writeBinary(audio);
            out.writeEndObject();
            out.writeEndObject();
        }
        return text.toString();
    }

    @Override
    public Object opened() {
        int port = ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
        return Map.of("port", port);
    }

    @Override
    public void close() {
        server.stop();
    }
}
