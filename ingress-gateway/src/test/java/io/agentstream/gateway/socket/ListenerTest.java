package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.runtime.ListeningPort;
import io.agentstream.runtime.Networks;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenerTest {

    private static final int LIFE_MS = 300;
    private static final int LONG_MS = 60_000;
    private static final String PROXY = "PROXY TCP4 203.0.113.9 10.0.0.1 4000 443\r\n";
    static final String UPGRADE = "GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";

    private final AtomicInteger cut = new AtomicInteger();

    private Newcomers newcomers(int lifeMs, int most, int perAddress, String trusted) {
        return new Newcomers(new Newcomers.Limits(lifeMs, most, perAddress), Networks.parse(trusted), cut::incrementAndGet);
    }

    private static ListeningPort listener(Newcomers newcomers, boolean protocol) {
        return listener(newcomers, protocol, null);
    }

    /// Of which `/socket` is one, and nothing else.
    static ListeningPort listener(Newcomers newcomers, boolean protocol, @Nullable SSLContext tls) {
        MediaServer.Settings settings = new MediaServer.Settings(
                "127.0.0.1", 0, 1, new MediaServer.Admission(1, 1, 1, 1, TestGateway.TENANTS),
                new MediaServer.Proxies(Networks.parse("127.0.0.1"), protocol), 1, 1, 1, Duration.ofSeconds(1),
                new CallLimits(1, 1, 1, 1, 1, 1, 1), tls);
        return Listener.open(settings, exchange -> {
            if (exchange.getRequestPath().equals("/socket")) {
                exchange.upgradeChannel((connection, done) -> {});
                exchange.endExchange();
            } else {
                exchange.setStatusCode(404).getResponseSender().send("no\n");
            }
        }, newcomers, () -> {});
    }

    private static RawPeer connect(ListeningPort listener, String text) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.number());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return new RawPeer(socket);
    }

    private static void assertStays(RawPeer peer) throws Exception {
        peer.socket.setSoTimeout(LIFE_MS);
        assertThrows(SocketTimeoutException.class, () -> peer.socket.getInputStream().skipNBytes(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n",
        "POST /socket/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    })
    void whatBecomesNoSocketIsClosed(String said) throws Exception {
        for (boolean protocol : new boolean[] {false, true}) {
            Newcomers newcomers = newcomers(LIFE_MS, 10, 10, "");
            try (ListeningPort listener = listener(newcomers, protocol); RawPeer peer = connect(listener, (protocol ? PROXY : "") + said)) {
                assertTrue(peer.ends());
                await(() -> newcomers.size() == 0);
            }
        }
    }

    /// Also where nothing is done about its body but what is done about every body: its time is long.
    @Test
    void whoOnlyAnnouncesABodyIsClosedSoonAfterTheAnswer() throws Exception {
        Newcomers newcomers = newcomers(LONG_MS, 10, 10, "");
        try (ListeningPort listener = listener(newcomers, false);
                RawPeer peer = connect(listener, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n")) {
            assertTrue(peer.ends());
            await(() -> newcomers.size() == 0);
            assertEquals(0, cut.get());
        }
    }

    @Test
    void whoIsAnsweredOnceIsNotAnsweredAgain() throws Exception {
        try (ListeningPort listener = listener(newcomers(LONG_MS, 10, 10, ""), false);
                RawPeer peer = connect(listener, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
            String said = new String(peer.socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(2, said.split("HTTP/1.1 404", -1).length, said);
            assertTrue(said.contains("Connection: close"), said);
        }
    }

    /// As a balancer does that looks whether the port is open, every few seconds of each of its machines.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoLooksWhetherThePortIsOpenTakesNoPlaceAndIsNotCut(boolean reset) throws Exception {
        Newcomers newcomers = newcomers(LONG_MS, 2, 2, "");
        try (ListeningPort listener = listener(newcomers, false); RawPeer peer = connect(listener, "")) {
            await(() -> newcomers.size() == 1);
            for (int i = 0; i < 10; i++) {
                try (Socket look = new Socket(InetAddress.getLoopbackAddress(), listener.number())) {
                    look.setSoLinger(reset, 0);
                    await(() -> newcomers.size() == 2); // it has arrived
                }
                await(() -> newcomers.size() == 1);
            }
            assertEquals(0, cut.get());
            assertStays(peer);
        }
    }

    @Test
    void whoGoesInTheMiddleOfARequestTakesNoPlace() throws Exception {
        Newcomers newcomers = newcomers(LONG_MS, 10, 10, "");
        try (ListeningPort listener = listener(newcomers, true)) {
            for (String said : List.of("", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n")) {
                try (RawPeer peer = connect(listener, PROXY + said)) {
                    await(() -> newcomers.size() == 1);
                    assertTrue(peer.socket.isConnected());
                }
                await(() -> newcomers.size() == 0);
            }
            assertEquals(0, cut.get());
        }
    }

    @Test
    void aProxyThatNeverSaysForWhomItIsThereIsClosed() throws Exception {
        for (String begun : List.of("", "PROXY TCP4 203.")) {
            try (ListeningPort listener = listener(newcomers(LIFE_MS, 10, 10, ""), true); RawPeer peer = connect(listener, begun)) {
                assertTrue(peer.ends());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSocketStays(boolean protocol) throws Exception {
        Newcomers newcomers = newcomers(LIFE_MS, 10, 10, "");
        try (ListeningPort listener = listener(newcomers, protocol);
                RawPeer named = connect(listener, (protocol ? PROXY : "") + UPGRADE)) {
            assertEquals('H', named.socket.getInputStream().read());
            await(() -> newcomers.size() == 0);
            try (RawPeer silent = connect(listener, protocol ? PROXY.replace("4000", "4001") : "")) {
                assertTrue(silent.ends()); // it came later, so that the other's time is over too
            }
            assertEquals(1, cut.get());
            assertStays(named);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOldestMakesRoom(boolean ofOneAddress) throws Exception {
        Newcomers newcomers = newcomers(LONG_MS, ofOneAddress ? 100 : 3, ofOneAddress ? 3 : 100, "");
        List<RawPeer> peers = new ArrayList<>();
        try (ListeningPort listener = listener(newcomers, false)) {
            for (int i = 1; i <= 5; i++) {
                peers.add(connect(listener, ""));
                int there = i;
                await(() -> newcomers.size() + cut.get() == there);
            }
            assertEquals(3, newcomers.size());
            assertTrue(peers.get(0).ends());
            assertTrue(peers.get(1).ends());
            try (RawPeer caller = connect(listener, UPGRADE)) {
                assertEquals('H', caller.socket.getInputStream().read());
                assertStays(peers.get(4));
            }
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void aProxyMayHaveMoreThanOneAddress() throws Exception {
        Newcomers newcomers = newcomers(LONG_MS, 100, 1, "127.0.0.1");
        try (ListeningPort listener = listener(newcomers, false);
                RawPeer one = connect(listener, "");
                RawPeer two = connect(listener, "")) {
            await(() -> newcomers.size() == 2);
            assertEquals(0, cut.get());
            assertTrue(one.socket.isConnected() && two.socket.isConnected());
        }
    }
}
