package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.Reply;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.dev.simulator.services.ServiceSocket;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.outbound.Certificates;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.wire.WebSocket.Incoming;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebSocketTest {

    private static final long LIMIT_MS = 10_000;

    /// What a server does with a socket.
    @FunctionalInterface
    private interface Play {
        void with(ServiceSocket socket) throws IOException;
    }

    private static final class Server extends ServiceServer {
        private final Play play;

        private Server(Play play) {
            this.play = play;
            start();
        }

        private Server(SSLContext tls, Play play) {
            super(tls);
            this.play = play;
            start();
        }

        @Override
        protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
            if (!beginsBadly(reply, mishap)) {
                play.with(reply.upgrade());
            }
        }
    }

    private final Wire wire = Given.wire();

    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void end() throws IOException {
        over.countDown();
        wire.close();
    }

    /// Neither reads nor writes.
    private void untilTheEnd() throws IOException {
        try {
            over.await();
        } catch (InterruptedException unwanted) {
            throw new IOException(unwanted);
        }
    }

    private WebSocket.Settings settings(Server server, int pingEveryMs, int idleMs) {
        URI url = URI.create(server.url().toString().replace("http", "ws") + "/a?b=c");
        return new WebSocket.Settings(url, Map.of("X-Key", "k"), 5_000, pingEveryMs, idleMs, 30_000, 1 << 20);
    }

    private WebSocket open(Server server) throws ServiceException {
        return open(settings(server, 20_000, 50_000));
    }

    private WebSocket open(WebSocket.Settings settings) throws ServiceException {
        WebSocket socket = new WebSocket(wire, settings);
        socket.open();
        return socket;
    }

    /// Gives everything back.
    private static void echo(ServiceSocket socket) throws IOException {
        for (var message = socket.next(); message.isPresent(); message = socket.next()) {
            if (message.get().isText()) {
                socket.text(message.get().text());
            } else {
                socket.binary(message.get().payload());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 125, 126, 127, 65_535, 65_536, 300_000})
    void messagesOfAllSizesGoBothWays(int size) throws Exception {
        try (Server server = new Server(WebSocketTest::echo); WebSocket socket = open(server)) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);

            assertTrue(socket.send(Slice.of(bytes)));

            Incoming.Binary binary = assertInstanceOf(Incoming.Binary.class, socket.receive(LIMIT_MS));
            assertArrayEquals(bytes, binary.bytes().copy());
            assertEquals("/a", server.asked().getFirst().path());
            assertEquals("k", server.asked().getFirst().headers().get("x-key"));
        }
    }

    @Test
    void framesAndPingsBetweenThemMakeOneMessage() throws Exception {
        String text = "ä€😀".repeat(50);
        Server server = new Server(socket -> {
            socket.split(3);
            echo(socket);
        });
        try (server; WebSocket socket = open(server)) {
            socket.send(text);

            assertEquals(new Incoming.Text(text), socket.receive(LIMIT_MS));
        }
    }

    @Test
    void whatWasSaidBeforeTheEndIsHeardAndThenTheEndAgainAndAgain() throws Exception {
        Server server = new Server(socket -> {
            socket.text("last");
            socket.close(1_011, "NET-0001");
        });
        try (server; WebSocket socket = open(server)) {
            assertEquals(new Incoming.Text("last"), socket.receive(LIMIT_MS));
            assertEquals(new Incoming.Closed(1_011, "NET-0001"), socket.receive(LIMIT_MS));
            assertEquals(new Incoming.Closed(1_011, "NET-0001"), socket.receive(LIMIT_MS));
            assertFalse(socket.send("too late"));
            Given.await("both sides have closed", () -> server.connections() == 0);
        }
    }

    @Test
    void aMessageOfMoreThanAMegabyteIsNotRead() throws Exception {
        try (Server server = new Server(socket -> socket.promise((1 << 20) + 1)); WebSocket socket = open(server)) {
            Incoming.Lost lost = assertInstanceOf(Incoming.Lost.class, socket.receive(LIMIT_MS));
            assertInstanceOf(Broken.class, lost.failure());
        }
    }

    @Test
    void whoSaysNothingAndAnswersNoPingIsGone() throws Exception {
        Server silent = new Server(_ -> untilTheEnd());
        try (silent; WebSocket socket = open(settings(silent, 20, 200))) {
            assertEquals(new Incoming.Lost(new Silent(200)), socket.receive(LIMIT_MS));
        }
    }

    @Test
    void whoAnswersPingsIsNot() throws Exception {
        try (Server server = new Server(WebSocketTest::echo); WebSocket socket = open(settings(server, 20, 500))) {
            assertEquals(new Incoming.Quiet(), socket.receive(1_500));

            socket.send("still there");

            assertEquals(new Incoming.Text("still there"), socket.receive(LIMIT_MS));
        }
    }

    @Test
    void whoTakesNothingIsNotGivenMoreThanTheBound() throws Exception {
        Server server = new Server(_ -> untilTheEnd());
        try (server; WebSocket socket = open(server)) {
            boolean taken = true;
            for (int i = 0; i < 200 && taken; i++) {
                taken = socket.send(Slice.of(new byte[128 * 1_024]));
            }
            assertFalse(taken);
        }
    }

    @Test
    void whoBringsMessagesWithoutEndIsGone() throws Exception {
        Server server = new Server(socket -> {
            while (true) {
                socket.text("");
            }
        });
        try (server; WebSocket socket = open(server)) {
            Incoming next = socket.receive(LIMIT_MS);
            while (next instanceof Incoming.Text) {
                next = socket.receive(LIMIT_MS);
            }
            assertEquals(new Incoming.Lost(new Broken("more than a service may bring")), next);
        }
    }

    @Test
    void whoPingsWithoutEndIsGone() throws Exception {
        Server server = new Server(socket -> {
            while (true) {
                socket.ping(new byte[0]);
            }
        });
        try (server; WebSocket socket = open(server)) {
            assertEquals(new Incoming.Lost(new Broken("more than a service may bring")), socket.receive(2 * LIMIT_MS));
        }
    }

    @Test
    void whoAgreesByteByByteIsNotWaitedFor() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> agreeSlowly(slow));
            WebSocket.Settings settings = new WebSocket.Settings(url(slow), Map.of(), 400, 20_000, 50_000, 5_000, 1 << 20);

            ServiceException failure = assertThrows(ServiceException.class, () -> open(settings));

            assertEquals(new Silent(400), failure.failure());
        }
    }

    private static URI url(ServerSocket server) {
        return URI.create("ws://127.0.0.1:" + server.getLocalPort());
    }

    /// Each byte well within any limit of a single read.
    private static void agreeSlowly(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 101 Switching\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                socket.getOutputStream().write('x');
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        } catch (IOException gone) {
            // The other side has had enough.
        }
    }

    @Test
    void whatIsComingCanBeClosed() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            WebSocket.Settings settings = new WebSocket.Settings(url(silent), Map.of(), 60_000, 20_000, 50_000, 5_000, 1 << 20);
            WebSocket socket = new WebSocket(wire, settings);
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> failure.complete(assertThrows(ServiceException.class, socket::open)));
            silent.accept();

            socket.finish();

            assertInstanceOf(ServiceException.class, failure.get(LIMIT_MS, TimeUnit.MILLISECONDS));
        }
    }

    /// Pings and reads nothing.
    private Server pingsOnly(SSLContext tls) {
        return new Server(tls, socket -> {
            while (over.getCount() > 0) {
                socket.ping(new byte[] {1});
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        });
    }

    /// Until nothing more is taken for half a second: then the network is full, and the writer is held.
    private static void fill(WebSocket socket) {
        long takenNs = System.nanoTime();
        while (System.nanoTime() - takenNs < TimeUnit.MILLISECONDS.toNanos(500)) {
            if (socket.send(Slice.of(new byte[128 * 1_024]))) {
                takenNs = System.nanoTime();
            } else {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    @Test
    void whoPingsAndTakesNothingIsGone(@TempDir Path directory) throws Exception {
        SSLContext tls = Certificates.make(directory, "ip:127.0.0.1", 10);
        try (Wire trusting = new Wire(Networks.parse("127.0.0.0/8"), tls); Server server = pingsOnly(tls)) {
            WebSocket.Settings settings = new WebSocket.Settings(secure(server), Map.of(), 10_000, 20_000, 50_000, 300, 1 << 20);
            try (WebSocket socket = new WebSocket(trusting, settings)) {
                socket.open();

                fill(socket);

                assertEquals(new Incoming.Lost(new Silent(300)), socket.receive(LIMIT_MS));
            }
        }
    }

    @Test
    void closingDoesNotWaitForAWriterThatIsHeld(@TempDir Path directory) throws Exception {
        SSLContext tls = Certificates.make(directory, "ip:127.0.0.1", 10);
        try (Wire trusting = new Wire(Networks.parse("127.0.0.0/8"), tls); Server server = pingsOnly(tls)) {
            WebSocket.Settings settings = new WebSocket.Settings(secure(server), Map.of(), 10_000, 20_000, 50_000, 60_000, 1 << 20);
            WebSocket socket = new WebSocket(trusting, settings);
            socket.open();
            fill(socket);

            assertTimeoutPreemptively(Duration.ofSeconds(5), socket::close);

            Given.await("TCP is over", () -> server.connections() == 0);
        }
    }

    private static URI secure(Server server) {
        return URI.create(server.url().toString().replace("https", "wss"));
    }

    @Test
    void goodbyeIsSaidBehindWhatWaits() throws Exception {
        StringBuilder got = new StringBuilder();
        Server server = new Server(socket -> {
            for (var message = socket.next(); message.isPresent(); message = socket.next()) {
                got.append(message.get().text());
            }
        });
        try (server; WebSocket socket = open(server)) {
            socket.send("one ");
            socket.send("two");

            socket.finish();

            Given.await("the server has heard it", () -> server.connections() == 0);
            assertEquals("one two", got.toString());
            assertFalse(socket.send("three"));
        }
    }

    @Test
    void whatTheServerSaysInPlaceOfAnAgreementIsTheFailure() {
        try (Server server = new Server(WebSocketTest::echo)) {
            server.next(Mishap.BUSY);

            ServiceException refused = assertThrows(ServiceException.class, () -> open(server));

            assertEquals(new Busy(50), refused.failure());
        }
    }

    @Test
    void aSettingPrintsNoSecret() {
        try (Server server = new Server(WebSocketTest::echo)) {
            assertEquals("Settings[5000 ms]", settings(server, 1, 1).toString());
        }
    }
}
