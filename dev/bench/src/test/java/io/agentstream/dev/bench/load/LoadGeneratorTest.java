package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.bench.bare.BareSocketPart;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class LoadGeneratorTest {

    private static final int CALLS = 5;
    private static final int THREADS = 2;

    private static LoadPlan plan(int port) {
        return new LoadPlan("127.0.0.1", List.of(port), "/", List.of("a.example", "b.example"), "t", CALLS, 500, THREADS, 1_000);
    }

    private static Undertow server(BiConsumer<WebSocketChannel, String> onText) {
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(1)
                .setHandler(Handlers.websocket((exchange, channel) -> {
                    channel.getReceiveSetter().set(new AbstractReceiveListener() {
                        @Override
                        protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                            onText.accept(from, message.getData());
                        }
                    });
                    channel.resumeReceives();
                }))
                .build();
        server.start();
        return server;
    }

    private static int port(Undertow server) {
        return ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
    }

    /// Until a few frames of each call have gone.
    private static void talk() throws InterruptedException {
        assertEquals(false, new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS));
    }

    @Test
    void everyFrameThatIsEchoedComesBackOnceAndInOrder() throws Exception {
        try (BareSocketPart echo = new BareSocketPart(JsonNodeFactory.instance.objectNode())) {
            int port = (int) ((Map<?, ?>) echo.opened()).get("port");
            try (LoadGenerator generator = new LoadGenerator(plan(port), 1)) {

                CallCounts placed = generator.place();
                generator.begin();
                talk();
                LoadGenerator.Result result = generator.end();
                CallCounts after = generator.hangUp();

                assertEquals(CALLS, placed.answered());
                assertTrue(result.frames().sent() >= CALLS * 10, result.toString());
                assertEquals(
                        List.of(result.frames().sent(), 0L, 0L, 0L, 0L),
                        List.of(result.frames().received(), result.frames().lost(), result.frames().outOfOrder(),
                                result.frames().duplicates(), result.frames().corrupt()));
                assertEquals(Map.of(1000, CALLS), after.closeCodes());
                assertEquals(0, after.refused() + after.failed());
            }
        }
    }

    @Test
    void aCallThatIsClosedBeforeAnyEchoIsRefusedWithItsCode() throws IOException, InterruptedException {
        Undertow server = server((channel, text) -> {
            if (text.contains("\"start\"")) {
                WebSockets.sendClose(4400, "no", channel, null);
            }
        });
        try (LoadGenerator generator = new LoadGenerator(plan(port(server)), 1)) {

            CallCounts placed = generator.place();

            assertEquals(CALLS, placed.refused());
            assertEquals(Map.of(4400, CALLS), placed.closeCodes());
        } finally {
            server.stop();
        }
    }

    @Test
    void aCallThatTheServerEndsLaterHasFailed() throws IOException, InterruptedException {
        Undertow server = server((channel, text) -> {
            if (text.contains("\"chunk\":\"3\"")) {
                WebSockets.sendText(text, channel, null);
            } else if (text.contains("\"chunk\":\"8\"")) {
                WebSockets.sendClose(1011, "", channel, null);
            }
        });
        try (LoadGenerator generator = new LoadGenerator(plan(port(server)), 1)) {
            generator.place();
            talk();

            CallCounts after = generator.hangUp();

            assertEquals(CALLS, after.failed());
            assertEquals(Map.of(1011, CALLS), after.closeCodes());
        } finally {
            server.stop();
        }
    }

    @Test
    void anEchoOfAnotherCallIsNoticed() throws IOException, InterruptedException {
        String[] first = new String[1];
        Undertow server = server((channel, text) -> {
            if (text.contains("\"media\":{")) {
                first[0] = first[0] == null ? text : first[0];
                WebSockets.sendText(text.contains("\"chunk\":\"1\"") ? text : first[0], channel, null);
            }
        });
        try (LoadGenerator generator = new LoadGenerator(plan(port(server)), 1)) {
            generator.place();
            generator.begin();
            talk();

            LoadGenerator.Result result = generator.end();

            assertTrue(result.frames().corrupt() > 0, result.toString());
            assertEquals(0, result.frames().received());
        } finally {
            server.stop();
        }
    }
}
