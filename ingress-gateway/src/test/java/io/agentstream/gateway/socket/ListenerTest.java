package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.runtime.Networks;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenerTest {

    private static final int TIMEOUT_MS = 300;

    private static Listener listener() {
        MediaServer.Settings settings = new MediaServer.Settings(
                "127.0.0.1", 0, 1, new MediaServer.Admission(1, 1, 1, 1, TestGateway.TENANTS), new MediaServer.Proxies(Networks.parse("127.0.0.1"), true), 1, 1,
                1, Duration.ofSeconds(1), new CallLimits(1, 1, 1, 1, 1, 1, 1), null);
        return Listener.open(settings, exchange -> {
            exchange.upgradeChannel((connection, done) -> {});
            exchange.endExchange();
        }, TIMEOUT_MS, () -> {});
    }

    private static Socket connect(Listener listener, String text) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY TCP4 203."})
    void aConnectionThatNeverSaysForWhomItIsThereIsClosed(String begun) throws Exception {
        try (Listener listener = listener(); RawPeer peer = new RawPeer(connect(listener, begun))) {
            assertTrue(peer.ends());
        }
    }

    @Test
    void aConnectionWhoseHeaderCameStays() throws Exception {
        String first = String.join("\r\n", "PROXY TCP4 203.0.113.9 10.0.0.1 4000 443", "GET / HTTP/1.1", "Host: x", "Upgrade: x",
                "Connection: Upgrade", "", "");
        try (Listener listener = listener();
                Socket named = connect(listener, first);
                RawPeer silent = new RawPeer(connect(listener, ""))) {
            assertEquals('H', named.getInputStream().read());
            assertTrue(silent.ends()); // it came later, so that the other's time is over too

            named.setSoTimeout(TIMEOUT_MS);
            assertThrows(SocketTimeoutException.class, () -> named.getInputStream().skipNBytes(Long.MAX_VALUE));
        }
    }
}
