package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.ListeningPort;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Peers that begin to encrypt and stop: each is cut in its time, and keeps nobody out.
final class StalledTlsTest {

    private static final int LIFE_MS = 500;
    private static final int LONG_MS = 60_000;

    @TempDir
    private static Path directory;

    private static SSLContext server;
    private static SSLContext client;

    private final AtomicInteger cut = new AtomicInteger();

    @BeforeAll
    static void makeACertificate() throws Exception {
        client = TestTls.trusting(TestTls.pem(directory, "EC"));
        server = TestTls.context(directory);
    }

    private Newcomers newcomers(int lifeMs) {
        return new Newcomers(new Newcomers.Limits(lifeMs, 100, 100), Networks.NONE, cut::incrementAndGet);
    }

    private static byte[] hello() throws SSLException {
        SSLEngine engine = client.createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        return Arrays.copyOf(record.array(), record.position());
    }

    /// How far a peer goes.
    private enum Stall {
        NOTHING {
            @Override
            byte[] says() {
                return new byte[0];
            }
        },
        HALF_A_RECORD_HEADER {
            @Override
            byte[] says() {
                return new byte[] {0x16, 3};
            }
        },
        HALF_A_HELLO {
            @Override
            byte[] says() throws SSLException {
                byte[] hello = hello();
                return Arrays.copyOf(hello, hello.length / 2);
            }
        },
        /// It reads nothing of what is answered.
        A_HELLO {
            @Override
            byte[] says() throws SSLException {
                return hello();
            }
        };

        abstract byte[] says() throws SSLException;
    }

    private static RawPeer connect(ListeningPort listener, byte[] said) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.number());
        socket.getOutputStream().write(said);
        return new RawPeer(socket);
    }

    private static RawPeer encrypted(ListeningPort listener, String said) throws Exception {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", listener.number());
        socket.startHandshake();
        socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        return new RawPeer(socket);
    }

    @ParameterizedTest
    @EnumSource
    void whoStallsBeforeItIsEncryptedIsCut(Stall stall) throws Exception {
        Newcomers newcomers = newcomers(LIFE_MS);
        try (ListeningPort listener = ListenerTest.listener(newcomers, false, server); RawPeer peer = connect(listener, stall.says())) {
            assertTrue(peer.ends());
            await(() -> newcomers.size() == 0);
            assertEquals(1, cut.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoGoesBeforeItIsEncryptedTakesNoPlace(Stall stall) throws Exception {
        Newcomers newcomers = newcomers(LONG_MS);
        try (ListeningPort listener = ListenerTest.listener(newcomers, false, server)) {
            try (RawPeer peer = connect(listener, stall.says())) {
                await(() -> newcomers.size() == 1);
                assertTrue(peer.socket.isConnected());
            }
            await(() -> newcomers.size() == 0);
            assertEquals(0, cut.get());
        }
    }

    @Test
    void whoIsEncryptedAndAsksForNothingIsCut() throws Exception {
        for (String said : List.of("", "GET / HT")) {
            Newcomers newcomers = newcomers(LIFE_MS);
            try (ListeningPort listener = ListenerTest.listener(newcomers, false, server); RawPeer peer = encrypted(listener, said)) {
                assertTrue(peer.ends());
                await(() -> newcomers.size() == 0);
            }
        }
        assertEquals(2, cut.get());
    }

    @Test
    void whoStallsKeepsNobodyOut() throws Exception {
        List<RawPeer> stalled = new ArrayList<>();
        try (ListeningPort listener = ListenerTest.listener(newcomers(LONG_MS), false, server)) {
            for (int i = 0; i < 20; i++) {
                stalled.add(connect(listener, Stall.values()[i % Stall.values().length].says()));
            }
            try (RawPeer caller = encrypted(listener, ListenerTest.UPGRADE)) {
                assertEquals('H', caller.socket.getInputStream().read());
            }
            assertEquals(0, cut.get());
        } finally {
            for (RawPeer peer : stalled) {
                peer.close();
            }
        }
    }

    /// A socket whose peer stops in the middle of a record has said nothing; nobody admits it here, so that the deadline's passing is ours.
    @Test
    void aCallThatStopsInARecordHasTheHandshakesDeadline() throws Exception {
        try (TestGateway gateway = new TestGateway(s -> new MediaServer.Settings(
                        s.bindAddress(), s.port(), s.ioThreads(), s.admission(), s.proxies(), s.maxMessageBytes(), s.bytesPerSecond(),
                        s.maxUnsentBytes(), s.stall(), s.limits(), server));
                Socket bare = new Socket()) {
            bare.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            try (RawPeer peer = RawPeer.connect(
                    gateway.port(), TestGateway.URL,
                    client.getSocketFactory().createSocket(bare, "localhost", gateway.port(), true))) {
                await(() -> gateway.count(CallEvent.Offered.class) == 1);
                bare.getOutputStream().write(new byte[] {0x17, 3, 3, 1, 0, 1, 2, 3});

                gateway.pass(Duration.ofSeconds(31));

                assertEquals(1011, peer.readClose().closeCode());
                assertEquals(Failure.INTERNAL_ERROR, gateway.awaitEnded().failure());
                gateway.pass(Duration.ofSeconds(31)); // it does not answer the close
                await(() -> gateway.metric("agent_stream_gateway_sockets") == 0);
                assertTrue(peer.ends());
            }
        }
    }
}
