package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Networks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class OutboundSocketsTest {

    private static final AddressGuard LOOPBACK = new AddressGuard(Networks.parse("127.0.0.0/8"), OutboundSocketsTest::loopback);

    private static InetAddress[] loopback(String name) throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByAddress(name, new byte[] {127, 0, 0, 1})};
    }

    /// Accepts, says one byte, and waits for the end.
    private static ServerSocket listen(ServerSocket server) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write('!');
                    socket.getInputStream().read();
                } catch (IOException gone) {
                    // The next one, or closed.
                }
            }
        });
        return server;
    }

    private static ServerSocket plain() throws IOException {
        return listen(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private static ServerSocket encrypted(SSLContext tls) throws IOException {
        return listen(tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private static URI url(String scheme, String host, ServerSocket server) {
        return URI.create(scheme + "://" + host + ":" + server.getLocalPort() + "/x");
    }

    @Test
    void connectsToWhatTheGuardLetsThrough() throws IOException {
        try (ServerSocket server = plain(); OutboundSocket socket = opened(new OutboundSockets(LOOPBACK), url("ws", "any.example", server), 5_000)) {
            assertEquals('!', socket.in().read());
        }
    }

    @Test
    void connectsToNothingElse() throws IOException {
        try (ServerSocket server = plain()) {
            OutboundSockets sockets = new OutboundSockets(new AddressGuard(Networks.parse(""), OutboundSocketsTest::loopback));

            assertThrows(AddressRefusedException.class, () -> opened(sockets, url("ws", "any.example", server), 5_000));
        }
    }

    @Test
    void theNameInTheUrlIsTheOneInTheCertificate(@TempDir Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        SSLContext tls = Certificates.make(directory, "dns:right.example", 10);
        OutboundSockets sockets = new OutboundSockets(LOOPBACK, tls);
        try (ServerSocket server = encrypted(tls)) {
            try (OutboundSocket socket = opened(sockets, url("wss", "right.example", server), 10_000)) {
                assertEquals('!', socket.in().read());
            }
            assertThrows(SSLException.class, () -> opened(sockets, url("wss", "wrong.example", server), 10_000));
        }
    }

    @Test
    void whoNeverAgreesOnEncryptionIsNotWaitedFor() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            OutboundSockets sockets = new OutboundSockets(LOOPBACK);

            assertThrows(SocketTimeoutException.class, () -> opened(sockets, url("wss", "any.example", silent), 200));
        }
    }

    @Test
    void whoAgreesByteByByteIsNotWaitedForEither() throws IOException {
        try (ServerSocket slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> drip(slow));
            OutboundSockets sockets = new OutboundSockets(LOOPBACK);

            assertThrows(SocketTimeoutException.class, () -> opened(sockets, url("wss", "any.example", slow), 400));
        }
    }

    /// The head of a TLS record of 16 KB, and then one byte of it at a time, each well within any limit of a single read.
    private static void drip(ServerSocket server) {
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(new byte[] {22, 3, 3, 64, 0});
            while (true) {
                out.write(0);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        } catch (IOException gone) {
            // The other side has had enough.
        }
    }

    @Test
    @Timeout(60)
    void whoReadsNothingHoldsNobodyWhoCloses(@TempDir Path directory) throws Exception {
        // given a peer that reads nothing, and a writer that TLS holds in the middle of a record
        SSLContext tls = Certificates.make(directory, "dns:right.example", 10);
        CountDownLatch over = new CountDownLatch(1);
        try (ServerSocket server = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> handshakeAndNoMore(server, over));
            OutboundSocket socket = opened(new OutboundSockets(LOOPBACK, tls), url("wss", "right.example", server), 10_000);
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofPlatform().daemon().start(() -> writeForEver(socket, written));
            long before = -1;
            while (before != written.get()) {
                before = written.get();
                writer.join(Duration.ofMillis(500));
            }

            // when
            socket.close();

            // then
            assertTrue(writer.join(Duration.ofSeconds(10)), "the writer is let go");
        } finally {
            over.countDown();
        }
    }

    private static void writeForEver(OutboundSocket socket, AtomicLong written) {
        try {
            while (true) {
                socket.out().write(new byte[16 * 1_024]);
                written.incrementAndGet();
            }
        } catch (IOException closed) {
            // That is what was wanted.
        }
    }

    private static void handshakeAndNoMore(ServerSocket server, CountDownLatch over) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            socket.startHandshake();
            over.await();
        } catch (IOException | InterruptedException gone) {
            // The other side has had enough.
        }
    }

    private static OutboundSocket opened(OutboundSockets sockets, URI url, int limitMs) throws IOException {
        OutboundSocket socket = sockets.prepare(url);
        socket.open(limitMs);
        socket.stands();
        return socket;
    }
}
