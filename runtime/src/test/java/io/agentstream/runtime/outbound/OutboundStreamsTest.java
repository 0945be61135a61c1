package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Networks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutboundStreamsTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n";

    private final OutboundStreams streams = new OutboundStreams(new AddressGuard(Networks.parse("127.0.0.0/8")));
    private final AtomicInteger connections = new AtomicInteger();
    /// The second half of an answer waits for it.
    private final CountDownLatch more = new CountDownLatch(1);
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void end() throws IOException {
        more.countDown();
        streams.close();
        server.close();
    }

    private void serve(Socket socket) {
        try (socket) {
            while (readHead(socket.getInputStream())) {
                OutputStream out = socket.getOutputStream();
                out.write((HEAD + "3\r\none\r\n").getBytes(StandardCharsets.UTF_8));
                more.await();
                out.write("3\r\ntwo\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException | InterruptedException gone) {
            // The other side has had enough.
        }
    }

    private static boolean readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            head.append((char) next);
        }
        return true;
    }

    private OutboundStreams.Exchange exchange(int silenceMs) {
        URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/a");
        return streams.prepare(new OutboundStreams.Request("GET", url, Map.of(), null, silenceMs));
    }

    @Test
    void anAnswerIsReadWhileItIsMadeAndItsConnectionIsUsedAgain() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (OutboundStreams.Exchange exchange = exchange(10_000)) {
                exchange.open();

                assertEquals(200, exchange.status());
                assertEquals("b", exchange.header("X-A"));
                InputStream body = exchange.body();
                assertEquals("one", new String(body.readNBytes(3), StandardCharsets.UTF_8));
                more.countDown();
                assertEquals("two", new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertEquals(1, connections.get());
    }

    @Test
    void whoPassesItsLimitIsBrokenOff() throws IOException {
        try (OutboundStreams.Exchange exchange = exchange(10_000)) {
            exchange.limit(200);
            exchange.open();
            InputStream body = exchange.body();

            assertThrows(IOException.class, body::readAllBytes);

            assertTrue(exchange.timedOut());
        }
    }

    @Test
    void whatIsCancelledBeforeItIsSentIsNotSent() {
        try (OutboundStreams.Exchange exchange = exchange(10_000)) {
            exchange.cancel();

            assertThrows(IOException.class, exchange::open);
        }
        assertEquals(0, connections.get());
    }

    @Test
    void anAddressThatNobodyAllowedIsNotReached() throws IOException {
        try (OutboundStreams guarded = new OutboundStreams(new AddressGuard(Networks.parse("")))) {
            URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/a");
            try (OutboundStreams.Exchange exchange = guarded.prepare(new OutboundStreams.Request("GET", url, Map.of(), null, 1_000))) {
                assertThrows(AddressRefusedException.class, exchange::open);
            }
        }
        assertEquals(0, connections.get());
    }

    @Test
    void whoseGuardLooksANameUpIsSaidByWhoAsks() throws IOException {
        AtomicInteger lookUps = new AtomicInteger();
        AddressGuard guard = new AddressGuard(Networks.parse("127.0.0.0/8"), name -> {
            lookUps.incrementAndGet();
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        URI url = URI.create("http://any.example:" + server.getLocalPort() + "/");

        try (OutboundStreams.Exchange exchange =
                streams.by(guard).prepare(new OutboundStreams.Request("GET", url, Map.of(), null, 10_000))) {
            exchange.open();

            assertEquals(200, exchange.status());
            assertEquals(1, lookUps.get());
        }
    }
}
