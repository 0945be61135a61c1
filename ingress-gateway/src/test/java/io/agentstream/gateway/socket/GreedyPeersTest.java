package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallEvent;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One peer must not be able to spoil the calls of others. With TLS the gateway's way in is another one: the selector does not see what is
/// already decrypted.
@Isolated("compares times")
final class GreedyPeersTest {

    private static final int FRAMES = 75;

    @TempDir
    private Path directory;

    /// Sends as fast as the socket takes it, until it is told to stop or cut.
    private static final class Flood implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong sent = new AtomicLong();
        private final RawPeer peer;
        private final Thread thread;

        Flood(RawPeer peer, byte[] piece) {
            this.peer = peer;
            this.thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (!stop.get()) {
                        peer.write(piece);
                        sent.addAndGet(piece.length);
                    }
                } catch (IOException cut) {
                    // which is as well
                }
            });
        }

        @Override
        public void close() throws Exception {
            stop.set(true);
            peer.close();
            thread.join();
        }
    }

    private TestGateway oneThread(int bytesPerSecond, boolean encrypted) throws Exception {
        SSLContext trusting = encrypted ? TestTls.trusting(TestTls.pem(directory, "EC")) : null;
        SSLContext tls = encrypted ? TestTls.context(directory) : null;
        TestGateway gateway = new TestGateway(s -> new MediaServer.Settings(
                s.bindAddress(), s.port(), 1, s.admission(), s.proxies(), s.maxMessageBytes(), bytesPerSecond,
                s.maxUnsentBytes(), s.stall(), s.limits(), tls));
        return trusting == null ? gateway : gateway.encrypted(trusting);
    }

    private static void assertUndisturbed(Neighbours.Heard alone, Neighbours.Heard beside) {
        System.out.println("alone " + alone + ", beside " + beside);
        assertEquals(alone.said(), beside.heard());
        assertTrue(beside.lateMs() <= alone.lateMs() + 150, "alone " + alone + ", beside " + beside);
    }

    /// With nothing to end the flooding call, only the turns that the sockets of a thread take protect the others.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatStreamsWithoutEndLeavesTheOthersTheirTurns(boolean encrypted) throws Exception {
        byte[] message = RawPeer.bytes(true, RawPeer.PONG, new byte[0]); // no answer, and not odd either
        byte[] piece = new byte[64 * 1024];
        for (int at = 0; at + message.length <= piece.length; at += message.length) {
            System.arraycopy(message, 0, piece, at, message.length);
        }
        byte[] whole = Arrays.copyOf(piece, piece.length / message.length * message.length);
        try (TestGateway gateway = oneThread(1 << 30, encrypted);
                RawPeer greedy = gateway.talking();
                Neighbours neighbours = new Neighbours(gateway)) {
            Neighbours.Heard alone = neighbours.talk(FRAMES);

            Neighbours.Heard beside;
            try (Flood flood = new Flood(greedy, whole)) {
                beside = neighbours.talk(FRAMES);
                assertTrue(flood.sent.get() > 1 << 20, flood.sent.get() + " bytes of flood");
            }

            assertUndisturbed(alone, beside);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatIsEndedAndSendsOnIsCutOff(boolean encrypted) throws Exception {
        byte[] piece = RawPeer.bytes(true, RawPeer.TEXT, new byte[8 * 1024]);
        try (TestGateway gateway = oneThread(16 * 1024, encrypted);
                RawPeer greedy = gateway.talking();
                Flood flood = new Flood(greedy, piece)) {
            await(() -> !flood.thread.isAlive()); // it could send no more, long before the time that a close may take

            assertTrue(flood.sent.get() < 16 << 20, flood.sent.get() + " bytes were taken");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tenPeersWithAMessageThatNeverEndsAreRefusedAtOnceAndHoldNoMemory(boolean encrypted) throws Exception {
        byte[] endless = {0, (byte) 0xFF, 0x7F, -1, -1, -1, -1, -1, -1, -1, 1, 2, 3, 4};
        try (TestGateway gateway = oneThread(1 << 30, encrypted);
                Neighbours neighbours = new Neighbours(gateway)) {
            Neighbours.Heard alone = neighbours.talk(FRAMES);
            List<Flood> floods = new ArrayList<>();
            List<RawPeer> greedy = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                greedy.add(gateway.talking().frame(false, RawPeer.TEXT, new byte[] {'a'}).write(endless));
                floods.add(new Flood(greedy.getLast(), new byte[16 * 1024]));
            }

            Neighbours.Heard beside = neighbours.talk(FRAMES);

            for (RawPeer peer : greedy) {
                try {
                    assertEquals(1009, peer.readClose().closeCode());
                } catch (SocketException | SSLException reset) {
                    // cut while it still sent
                }
            }
            assertEquals(10, gateway.events().stream()
                    .filter(e -> e instanceof CallEvent.Ended ended && ended.closeCode() == 1009)
                    .count());
            for (Flood flood : floods) {
                flood.close();
            }
            assertUndisturbed(alone, beside);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatBringsMoreThanItsBytesEndsAndTheOthersLoseNothing(boolean encrypted) throws Exception {
        byte[] big = RawPeer.bytes(true, RawPeer.TEXT, ("{\"event\":\"media\",\"media\":{\"payload\":\"" + "A".repeat(60_000) + "\"}}")
                .getBytes(StandardCharsets.UTF_8));
        try (TestGateway gateway = oneThread(65_536, encrypted);
                Neighbours neighbours = new Neighbours(gateway)) {
            try (RawPeer greedy = gateway.talking();
                    Flood flood = new Flood(greedy, big)) {
                Neighbours.Heard heard = neighbours.talk(FRAMES);

                assertEquals(heard.said(), heard.heard());
                await(() -> gateway.count(CallEvent.Ended.class) > 0);
                assertEquals(1008, gateway.awaitEnded().closeCode());
                assertEquals("Too many messages", gateway.awaitEnded().closeReason());
                assertTrue(flood.sent.get() > 0);
            }
            double taken = gateway.metric("agent_stream_gateway_frames_total{direction=\"in\"");
            assertTrue(taken < 20 * FRAMES + 200, taken + " messages");
        }
    }
}
