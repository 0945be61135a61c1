package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedBinaryMessage;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class LoadGeneratorTest {

    private static final int CALLS = 5;
    private static final int THREADS = 2;

    private static LoadPlan plan(int port) {
        return plan(port, FrameKind.TWILIO, FrameMatch.EXACT);
    }

    private static LoadPlan plan(int port, FrameKind frames, FrameMatch match) {
        return new LoadPlan(
                LoadPlan.Server.local(List.of(port), "/"), frames, match, List.of("a.example", "b.example"), "t", CALLS, 500,
                THREADS, 1_000);
    }

    private static Undertow server(BiConsumer<WebSocketChannel, String> onText) {
        return server(onText, (channel, audio) -> {});
    }

    private static Undertow server(
            BiConsumer<WebSocketChannel, String> onText, BiConsumer<WebSocketChannel, byte[]> onBinary) {
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

                        @Override
                        protected void onFullBinaryMessage(WebSocketChannel from, BufferedBinaryMessage message) {
                            try (var pooled = message.getData()) {
                                onBinary.accept(from, WebSockets.mergeBuffers(pooled.getResource()).array());
                            }
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

    /// Until the server has heard so many messages of any calls.
    private static final class Talk {

        private static final int MESSAGES = CALLS * 15;

        private final CountDownLatch heard = new CountDownLatch(MESSAGES);

        void message() {
            heard.countDown();
        }

        void await() throws InterruptedException {
            assertTrue(heard.await(20, TimeUnit.SECONDS), heard.getCount() + " messages never came");
        }
    }

    private static LoadGenerator.Result result(LoadPlan plan, Talk talk) throws IOException, InterruptedException {
        try (LoadGenerator generator = new LoadGenerator(plan, 1)) {
            CallCounts placed = generator.place();
            generator.begin();
            talk.await();
            LoadGenerator.Result result = generator.end();
            CallCounts after = generator.hangUp();
            assertEquals(CALLS, placed.answered());
            assertEquals(Map.of(1000, CALLS), after.closeCodes());
            assertEquals(0, after.refused() + after.failed());
            return result;
        }
    }

    private static void assertAllEchoed(LoadGenerator.Result result) {
        assertTrue(result.frames().sent() >= CALLS, result.toString());
        assertEquals(
                List.of(result.frames().sent(), 0L, 0L, 0L, 0L),
                List.of(result.frames().received(), result.frames().lost(), result.frames().outOfOrder(),
                        result.frames().duplicates(), result.frames().corrupt()));
    }

    @Test
    void everyFrameThatIsEchoedComesBackOnceAndInOrder() throws Exception {
        Talk talk = new Talk();
        Undertow server = server((channel, text) -> {
            talk.message();
            WebSockets.sendText(text, channel, null);
        });
        try {
            assertAllEchoed(result(plan(port(server)), talk));
        } finally {
            server.stop();
        }
    }

    @Test
    void anAnswerIsKnownHoweverItsJsonIsSpaced() throws Exception {
        Talk talk = new Talk();
        Undertow server = server((channel, text) -> {
            talk.message();
            WebSockets.sendText(text.replace("\":\"", "\" :\n\t \""), channel, null);
        });
        try {
            assertAllEchoed(result(plan(port(server)), talk));
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @EnumSource(FrameMatch.class)
    void binaryFramesAreKnownAgain(FrameMatch match) throws Exception {
        Talk talk = new Talk();
        Undertow server = server((channel, text) -> {}, (channel, audio) -> {
            talk.message();
            WebSockets.sendBinary(ByteBuffer.wrap(audio), channel, null);
        });
        try {
            assertAllEchoed(result(plan(port(server), FrameKind.MULAW_BINARY, match), talk));
        } finally {
            server.stop();
        }
    }

    /// As a server does that works at 16 bits and sends what it has every 40 ms.
    @Test
    void framesAreKnownAgainThroughAnotherCodecAndAnotherCut() throws Exception {
        Talk talk = new Talk();
        Map<WebSocketChannel, byte[]> halves = new ConcurrentHashMap<>();
        Undertow server = server((channel, text) -> {}, (channel, audio) -> {
            talk.message();
            byte[] again = MuLaw.encode(MuLaw.decode(audio));
            byte[] half = halves.remove(channel);
            if (half == null) {
                halves.put(channel, again);
            } else {
                WebSockets.sendBinary(ByteBuffer.allocate(320).put(half).put(again).flip(), channel, null);
            }
        });
        try {
            LoadGenerator.Result result = result(plan(port(server), FrameKind.MULAW_BINARY, FrameMatch.TOLERANT), talk);

            // What waits for its other half when the measurement ends is still on its way.
            assertTrue(result.frames().lost() <= CALLS, result.toString());
            assertEquals(0, result.frames().corrupt() + result.frames().duplicates(), result.toString());
        } finally {
            server.stop();
        }
    }

    @Test
    void noiseSurvivesACodecThatKnowsOneZeroOnly() {
        byte[] audio = new byte[NumberedNoise.BYTES];
        for (int call = 0; call < 200; call++) {
            NumberedNoise noise = new NumberedNoise(call, new SplittableRandom(call));
            noise.write(0x7F + call, audio);

            assertEquals(0x7F + call, noise.number(MuLaw.encode(MuLaw.decode(audio)), 0), "call " + call);
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
        CountDownLatch ended = new CountDownLatch(CALLS);
        Undertow server = server((channel, text) -> {
            if (text.contains("\"chunk\":\"3\"")) {
                WebSockets.sendText(text, channel, null);
            } else if (text.contains("\"chunk\":\"8\"")) {
                // Closed is a socket here once the caller has answered.
                channel.addCloseTask(closed -> ended.countDown());
                WebSockets.sendClose(1011, "", channel, null);
            }
        });
        try (LoadGenerator generator = new LoadGenerator(plan(port(server)), 1)) {
            generator.place();
            assertTrue(ended.await(20, TimeUnit.SECONDS));

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
        Talk talk = new Talk();
        Undertow server = server((channel, text) -> {
            talk.message();
            if (text.contains("\"media\":{")) {
                first[0] = first[0] == null ? text : first[0];
                WebSockets.sendText(text.contains("\"chunk\":\"1\"") ? text : first[0], channel, null);
            }
        });
        try (LoadGenerator generator = new LoadGenerator(plan(port(server)), 1)) {
            generator.place();
            generator.begin();
            talk.await();

            LoadGenerator.Result result = generator.end();

            assertTrue(result.frames().corrupt() > 0, result.toString());
            assertEquals(0, result.frames().received());
        } finally {
            server.stop();
        }
    }
}
