package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Peers that do not read, and peers that encrypt.
final class HardPeersTest {

    private static final String NOT_BASE64 = "-----BEGIN PRIVATE KEY-----\nAAAAA\n-----END PRIVATE KEY-----\n";

    private static MediaServer.Settings with(MediaServer.Settings s, int maxUnsentBytes, Duration stall, @Nullable SSLContext tls) {
        return new MediaServer.Settings(
                s.bindAddress(), s.port(), s.ioThreads(), s.admission(), s.proxies(),
                s.maxMessageBytes(), s.bytesPerSecond(), maxUnsentBytes, stall, s.limits(), tls);
    }

    private static void flood(TestGateway gateway) throws Exception {
        CallId call = gateway.lastStarted();
        byte[] audio = new byte[60_000];
        // One message of seven seconds each, and a clear after it that lets the next one go at once.
        for (int turn = 1; turn <= 100; turn++) {
            gateway.send(new SocketCommand.Play(call, turn, 0, 60_000, Slice.of(audio)));
            gateway.send(new SocketCommand.Clear(call, turn));
        }
        assertEquals(Failure.PEER_STALLED, gateway.awaitEnded().failure());
        await(() -> gateway.metric("agent_stream_gateway_sockets") == 0);
    }

    /// @param store of the gateway's certificate, or null where it does not encrypt
    private static RawPeer deaf(TestGateway gateway, @Nullable Path store) throws Exception {
        Socket bare = new Socket();
        bare.setReceiveBufferSize(4_096);
        bare.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        Socket socket = store == null
                ? bare
                : TestTls.trusting(store).getSocketFactory().createSocket(bare, "localhost", gateway.port(), true);
        double opened = gateway.metric("agent_stream_gateway_handshake_seconds_count");
        RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL, socket)
                .text(TestGateway.CONNECTED).text(TestGateway.START);
        await(() -> gateway.count(CallEvent.Started.class) == 1);
        gateway.send(new SocketCommand.Admit(gateway.lastStarted()));
        gateway.send(new SocketCommand.Open(gateway.lastStarted()));
        await(() -> gateway.metric("agent_stream_gateway_handshake_seconds_count") > opened);
        return peer;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsTheCallOfAPeerThatLeavesTooMuchUnread(boolean encrypted, @TempDir Path directory) throws Exception {
        Path store = encrypted ? TestTls.pem(directory, "EC") : null;
        SSLContext tls = encrypted ? TestTls.context(directory) : null;
        try (TestGateway gateway = new TestGateway(s -> with(s, 256 << 10, Duration.ofSeconds(60), tls));
                RawPeer peer = deaf(gateway, store)) {
            flood(gateway);
            assertTrue(peer.ends()); // it is cut, for it would never answer a close
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsTheCallOfAPeerThatReadsNothingForLong(boolean encrypted, @TempDir Path directory) throws Exception {
        Path store = encrypted ? TestTls.pem(directory, "EC") : null;
        SSLContext tls = encrypted ? TestTls.context(directory) : null;
        try (TestGateway gateway = new TestGateway(s -> with(s, 64 << 20, Duration.ofMillis(300), tls));
                RawPeer peer = deaf(gateway, store)) {
            flood(gateway);
            assertTrue(peer.ends()); // it is cut, for it would never answer a close
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void carriesACallOverTls(String algorithm, @TempDir Path directory) throws Exception {
        Path store = TestTls.pem(directory, algorithm);
        SSLContext tls = TestTls.context(directory);
        try (TestGateway gateway = new TestGateway(s -> with(s, 256 << 10, Duration.ofSeconds(10), tls));
                RawPeer peer = RawPeer.connect(
                        gateway.port(), TestGateway.URL,
                        TestTls.trusting(store).getSocketFactory().createSocket("localhost", gateway.port()))) {
            peer.text(TestGateway.CONNECTED).text(TestGateway.START);
            await(() -> gateway.count(CallEvent.Started.class) == 1);
            CallId call = gateway.lastStarted();
            gateway.send(new SocketCommand.Admit(call));
            gateway.send(new SocketCommand.Open(call));
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(new byte[160])));
            assertTrue(peer.read().text().contains("\"media\""));
            for (int i = 0; i < 50; i++) {
                peer.text("{\"event\":\"media\",\"media\":{\"timestamp\":" + i + ",\"payload\":\"AAAA\"}}");
            }
            assertEquals(3, gateway.awaitFrame(MediaFrame.Audio.class, f -> f.timestampMs() == 49).payload().length());
            peer.close(1000);
            assertEquals(1000, peer.readClose().closeCode());
            assertTrue(peer.ends());
        }
    }

    private static String served(int port, Path... stores) throws Exception {
        for (Path store : stores) {
            try (Socket socket = TestTls.trusting(store).getSocketFactory().createSocket("localhost", port)) {
                ((SSLSocket) socket).startHandshake();
                return store.getParent().getFileName().toString();
            } catch (SSLException stranger) {
                // it is one of the others
            }
        }
        return "nobody";
    }

    private static void replace(Path from, Path to) throws Exception {
        Files.copy(from.resolve("certificate.pem"), to.resolve("certificate.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.resolve("key.pem"), to.resolve("key.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    /// At once: of a file that is half written there would be one more broken key.
    private static void put(String text, Path file) throws IOException {
        Path whole = Files.writeString(file.resolveSibling("whole"), text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void newConnectionsGetTheCertificateThatReplacedTheOld(@TempDir Path directory) throws Exception {
        Path live = Files.createDirectory(directory.resolve("live"));
        Path old = TestTls.pem(Files.createDirectory(directory.resolve("old")), "EC");
        Path next = TestTls.pem(Files.createDirectory(directory.resolve("next")), "RSA");
        Path other = TestTls.pem(Files.createDirectory(directory.resolve("other")), "EC");
        replace(old.getParent(), live);
        try (Metrics metrics = new Metrics("gateway")) {
            String taken = "agent_stream_gateway_certificate_reloads_total{outcome=\"taken\"";
            String broken = "agent_stream_gateway_certificate_reloads_total{outcome=\"broken\"";
            TlsIdentity identity = TlsIdentity.open(
                    live.resolve("certificate.pem"), live.resolve("key.pem"), metrics, Duration.ZERO);
            try (DutyCycleRunner watch = new DutyCycleRunner(identity, Duration.ofSeconds(2), fault -> {}).start();
                    TestGateway gateway = new TestGateway(s -> with(s, 256 << 10, Duration.ofSeconds(10), identity.context()))) {
                assertEquals("old", served(gateway.port(), next, old));

                put(Files.readString(other.getParent().resolve("key.pem")), live.resolve("key.pem"));
                await(() -> TestGateway.metric(metrics, broken) == 1);
                assertEquals("old", served(gateway.port(), next, old)); // a key of the same kind, but another's

                put(NOT_BASE64, live.resolve("key.pem"));
                await(() -> TestGateway.metric(metrics, broken) == 2);
                assertEquals("old", served(gateway.port(), next, old));
                assertTrue(watch.isAlive());

                Files.delete(live.resolve("key.pem"));
                await(() -> TestGateway.metric(metrics, broken) == 3);
                assertEquals("old", served(gateway.port(), next, old));

                replace(next.getParent(), live);
                await(() -> TestGateway.metric(metrics, taken) >= 1);
                await(() -> {
                    try {
                        return served(gateway.port(), next, old).equals("next");
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
                assertTrue(watch.isAlive());
            }
        }
    }

    @Test
    void saysWhichPemFileIsWrong(@TempDir Path directory) throws Exception {
        TestTls.pem(directory, "EC");
        Path certificate = directory.resolve("certificate.pem");
        Path other = directory.resolve("other.pem");
        Files.writeString(other, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        Path notBase64 = directory.resolve("not-base64.pem");
        Files.writeString(notBase64, NOT_BASE64);

        for (List<Path> wrong : List.of(
                List.of(certificate, certificate), List.of(certificate, other), List.of(certificate, notBase64))) {
            GeneralSecurityException e =
                    assertThrows(GeneralSecurityException.class, () -> PemTls.keys(PemTls.read(wrong.get(0), wrong.get(1))));
            assertTrue(e.getMessage().contains(wrong.get(1).getFileName().toString()), e.getMessage());
            assertNull(e.getCause(), "may quote the key");
        }
    }
}
