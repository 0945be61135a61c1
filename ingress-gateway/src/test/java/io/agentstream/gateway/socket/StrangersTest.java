package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sockets that are refused, requests that are none, and where they say that they come from.
final class StrangersTest {

    private static final String UNKNOWN = "/api/v1/agent-stream/x?provider=acme";
    private static final String UPGRADE = "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    private static TestGateway gateway(MediaServer.Admission admission, MediaServer.Proxies proxies) {
        return new TestGateway(s -> new MediaServer.Settings(
                s.bindAddress(), s.port(), s.ioThreads(), admission, proxies, s.maxMessageBytes(),
                s.bytesPerSecond(), s.maxUnsentBytes(), s.stall(), s.limits(), s.tls()));
    }

    private static MediaServer.Proxies proxies(String trusted, boolean protocol) {
        return new MediaServer.Proxies(Networks.parse(trusted), protocol);
    }

    @Test
    void aHostThatIsRefusedWithoutEndNeitherFillsTheGatewayNorTheLog() throws Exception {
        Queue<RawPeer> peers = new ConcurrentLinkedQueue<>();
        Queue<String> refusals = new ConcurrentLinkedQueue<>();
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 1_000, 1_000, 4, TestGateway.TENANTS), proxies("", false))) {
            try (ExecutorService host = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 100; i++) {
                    host.submit(() -> {
                        try {
                            return peers.add(RawPeer.connect(gateway.port(), UNKNOWN));
                        } catch (IOException noUpgrade) {
                            return refusals.add(String.valueOf(noUpgrade.getMessage()));
                        }
                    });
                }
            }
            int turnedAway = refusals.size();
            assertTrue(refusals.stream().allMatch(refusal -> refusal.contains("429")), refusals.toString());

            assertTrue(turnedAway >= 50, turnedAway + " turned away");
            assertEquals(2 * peers.size(), gateway.events().size());
            assertEquals(turnedAway, gateway.metric("agent_stream_gateway_sockets_turned_away_total{cause=\"address_rate\""));
            assertEquals(
                    peers.size(), gateway.metric("agent_stream_gateway_calls_refused_total{cause=\"unknown_provider\""));
            assertEquals(0, gateway.metric("agent_stream_gateway_calls_live"));
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void aTenantWhoseCallsBeginTooOftenIsTurnedAwayOnceItIsHeardWhoseTheyAre() throws Exception {
        // given
        List<RawPeer> peers = new ArrayList<>();
        try (TestGateway gateway = gateway(new MediaServer.Admission(1_000, 500, 400, 1_000, new MediaServer.Tenants(400, 1)), proxies("", false))) {
            // when
            String refusal = "";
            while (refusal.isEmpty() && peers.size() < 50) {
                try {
                    peers.add(RawPeer.connect(gateway.port(), TestGateway.URL));
                    await(() -> gateway.count(CallEvent.Offered.class) == peers.size());
                    gateway.send(new SocketCommand.Admit(gateway.last(CallEvent.Offered.class).callId(), 7));
                } catch (IOException noUpgrade) {
                    refusal = String.valueOf(noUpgrade.getMessage());
                }
            }

            // then
            assertTrue(refusal.contains("429"), refusal);
            assertTrue(peers.size() >= RefusalRate.BURST_S, peers.size() + " were let in");
            assertEquals(1, gateway.metric("agent_stream_gateway_sockets_turned_away_total{cause=\"tenant_rate\""));
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void whoIsTurnedAwayHearsSoAfterAPause() throws Exception {
        // given
        List<RawPeer> peers = new ArrayList<>();
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 1, TestGateway.TENANTS), proxies("", false))) {
            // when
            long startNs = 0;
            String refusal = "";
            while (refusal.isEmpty() && peers.size() < 50) {
                startNs = System.nanoTime();
                try {
                    peers.add(RawPeer.connect(gateway.port(), UNKNOWN));
                } catch (IOException noUpgrade) {
                    refusal = String.valueOf(noUpgrade.getMessage());
                }
            }

            // then
            assertTrue(refusal.contains("429"), refusal);
            assertTrue(System.nanoTime() - startNs >= TimeUnit.MILLISECONDS.toNanos(LateRefusals.MS));
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void thePlaceOfACallIsFreeBeforeItsPeerAnswersTheClose() throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(1, 10, 10, 100, TestGateway.TENANTS), proxies("", false));
                RawPeer first = RawPeer.connect(gateway.port(), TestGateway.URL)) {
            await(() -> gateway.count(CallEvent.Offered.class) == 1);
            gateway.send(SocketCommand.Close.because(
                    gateway.last(CallEvent.Offered.class).callId(), Failure.WORKFLOW_NOT_FOUND, ""));
            assertEquals(1008, first.readClose().closeCode());

            try (RawPeer second = RawPeer.connect(gateway.port(), TestGateway.URL)) {
                await(() -> gateway.count(CallEvent.Offered.class) == 2);
                assertNull(gateway.last(CallEvent.Offered.class).refusal());
                assertTrue(second.socket.isConnected());
            }
        }
    }

    @Test
    void drainingDoesNotWaitForRefusedSockets() throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 100, TestGateway.TENANTS), proxies("", false))) {
            gateway.server.drain();
            try (RawPeer refused = RawPeer.connect(gateway.port(), TestGateway.URL)) {
                assertEquals(1013, refused.readClose().closeCode());
                assertEquals(1, gateway.metric("agent_stream_gateway_sockets_refused"));

                assertTrue(gateway.server.awaitNoCalls(Duration.ZERO));
            }
        }
    }

    @Test
    void drainingWaitsForACallThatIsJustBeingLetIn() throws Exception {
        try (Metrics metrics = new Metrics("gateway")) {
            CallRegistry registry = new CallRegistry(new GatewayMeters(metrics));
            GatewayClock clock = new GatewayClock(InstantSource.system(), System::nanoTime);

            assertTrue(registry.awaitEmpty(0, clock, () -> 0));
            assertFalse(registry.awaitEmpty(0, clock, () -> 1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET  | HTTP/1.0 | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | 400",
        "get  | HTTP/1.1 | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | 405",
        "HEAD | HTTP/1.1 | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | 405",
        "GET  | HTTP/1.1 | Sec-WebSocket-Key: c2hvcnQ= | 400",
        "GET  | HTTP/1.1 | X-Nothing: 1 | 400",
    })
    void refusesUpgradesThatTheRfcDoesNotKnow(String method, String version, String header, int status) throws Exception {
        try (TestGateway gateway = new TestGateway()) {
            String head = RawPeer.request(gateway.port(), method + " " + TestGateway.URL + " " + version + "\r\n" + UPGRADE + header);

            assertEquals(Integer.toString(status), head.substring(9, 12), head);
            assertEquals(1, gateway.metric("agent_stream_gateway_upgrades_refused_total"));
            assertEquals(0, gateway.events().size());
        }
    }

    @Test
    void refusesTwoKeysAndTwoVersions() throws Exception {
        try (TestGateway gateway = new TestGateway()) {
            String get = "GET " + TestGateway.URL + " HTTP/1.1\r\n" + UPGRADE;

            String keys = RawPeer.request(gateway.port(), get + KEY + "\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==");
            String versions = RawPeer.request(gateway.port(), get + KEY + "\r\nSec-WebSocket-Version: 8");

            assertTrue(keys.startsWith("HTTP/1.1 400"), keys);
            assertTrue(versions.startsWith("HTTP/1.1 426") && versions.contains("Sec-WebSocket-Version: 13"), versions);
        }
    }

    private static RawPeer forwarded(TestGateway gateway, String first, String headers) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        RawPeer peer = new RawPeer(socket);
        peer.write(first.getBytes(StandardCharsets.ISO_8859_1));
        peer.write(("GET " + TestGateway.URL + " HTTP/1.1\r\n" + UPGRADE + KEY + "\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return peer;
    }

    private static String addressOf(TestGateway gateway) {
        await(() -> gateway.count(CallEvent.Offered.class) == 1);
        return gateway.last(CallEvent.Offered.class).remoteAddress();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.0/8, 203.0.113.9", "10.0.0.0/8, 127.0.0.1"})
    void takesATrustedProxysWordForAnAddressAndNobodyElses(String trusted, String address) throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies(trusted, false));
                RawPeer peer = forwarded(gateway, "", "X-Forwarded-For: 203.0.113.9\r\n")) {
            assertEquals(address, addressOf(gateway));
            assertTrue(peer.socket.isConnected());
        }
    }

    @Test
    void limitsHoldForCallersAndNotForTheBalancer() throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 1, 10, 10, TestGateway.TENANTS), proxies("127.0.0.1", false));
                RawPeer one = forwarded(gateway, "", "X-Forwarded-For: 203.0.113.9\r\n")) {
            await(() -> gateway.count(CallEvent.Offered.class) == 1);
            try (RawPeer same = forwarded(gateway, "", "X-Forwarded-For: 203.0.113.9\r\n")) {
                await(() -> gateway.count(CallEvent.Offered.class) == 2);
                assertEquals(Failure.TRY_AGAIN_LATER, gateway.last(CallEvent.Offered.class).refusal());
                assertTrue(same.socket.isConnected());
            }
            try (RawPeer other = forwarded(gateway, "", "X-Forwarded-For: 203.0.113.10\r\n")) {
                await(() -> gateway.count(CallEvent.Offered.class) == 3);
                assertNull(gateway.last(CallEvent.Offered.class).refusal());
                assertTrue(other.socket.isConnected() && one.socket.isConnected());
            }
        }
    }

    @Test
    void oneCallerBehindABalancerLeavesRoomForTheOthers() throws Exception {
        List<RawPeer> peers = new ArrayList<>();
        try (TestGateway gateway = gateway(new MediaServer.Admission(100, 100, 100, 100, TestGateway.TENANTS), proxies("127.0.0.1", false))) {
            for (int i = 1; i <= 26; i++) {
                peers.add(forwarded(gateway, "", "X-Forwarded-For: 203.0.113.9\r\n"));
                int there = i;
                await(() -> gateway.count(CallEvent.Offered.class) == there);
                assertEquals(i <= 25 ? null : Failure.TRY_AGAIN_LATER, gateway.last(CallEvent.Offered.class).refusal());
            }
            peers.add(forwarded(gateway, "", "X-Forwarded-For: 203.0.113.10\r\n"));
            await(() -> gateway.count(CallEvent.Offered.class) == 27);
            assertNull(gateway.last(CallEvent.Offered.class).refusal());
        } finally {
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    private static String version2(int command, byte[] source) {
        ByteBuffer header = ByteBuffer.allocate(28)
                .put(new byte[] {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A})
                .put((byte) (0x20 | command)).put((byte) 0x11).putShort((short) 12)
                .put(source).put(new byte[] {10, 0, 0, 1}).putShort((short) 4_000).putShort((short) 443);
        return new String(header.array(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void readsTheProxyProtocol(int version) throws Exception {
        String header = version == 1
                ? "PROXY TCP4 203.0.113.9 10.0.0.1 4000 443\r\n"
                : version2(1, new byte[] {(byte) 203, 0, 113, 9});
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies("127.0.0.1", true));
                RawPeer peer = forwarded(gateway, header, "X-Forwarded-For: 198.51.100.1\r\n")) {
            assertEquals("203.0.113.9", addressOf(gateway));
            assertTrue(peer.socket.isConnected());
        }
    }

    @Test
    void aBalancerMayAskForItselfWhetherTheGatewayIsThere() throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies("127.0.0.1", true));
                RawPeer peer = forwarded(gateway, "PROXY UNKNOWN\r\n", "")) {
            assertEquals("127.0.0.1", addressOf(gateway));
            assertTrue(peer.socket.isConnected());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aBalancerThatDoesNotSayForWhomItConnectsSpeaksForItselfWhateverTheRequestSays(int version) throws Exception {
        String header = version == 1 ? "PROXY UNKNOWN\r\n" : version2(0, new byte[4]);
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies("127.0.0.1", true));
                RawPeer peer = forwarded(gateway, header, "X-Forwarded-For: 203.0.113.9\r\n")) {
            assertEquals("127.0.0.1", addressOf(gateway));
            assertTrue(peer.socket.isConnected());
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, X-Forwarded-For: 203.0.113.9, 0", "10.0.0.0/8, X-Forwarded-For: 203.0.113.9, 1", "10.0.0.0/8, X-Other: 1, 0"})
    void countsForwardedRequestsOfThoseWhoseWordIsNotTaken(String trusted, String header, int counted) throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies(trusted, false));
                RawPeer peer = forwarded(gateway, "", header + "\r\n")) {
            addressOf(gateway);

            assertEquals(counted, gateway.metric("agent_stream_gateway_forwarded_by_strangers_total"));
            assertTrue(peer.socket.isConnected());
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, PROXY TCP4 203.0.113.9 10.0.0.1 4000 443", "127.0.0.1, GET / HTTP/1.1"})
    void cutsWhoMayNotSpeakTheProxyProtocolOrDoesNot(String trusted, String first) throws Exception {
        try (TestGateway gateway = gateway(new MediaServer.Admission(10, 10, 10, 10, TestGateway.TENANTS), proxies(trusted, true))) {
            boolean cut;
            try (RawPeer peer = forwarded(gateway, first + "\r\n", "")) {
                cut = peer.ends();
            } catch (EOFException | SocketException end) {
                cut = true;
            }
            assertTrue(cut);
            assertFalse(gateway.count(CallEvent.Offered.class) > 0);
        }
    }
}
