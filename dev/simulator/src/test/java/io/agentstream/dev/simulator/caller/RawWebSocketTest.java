package io.agentstream.dev.simulator.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RawWebSocketTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Test
    void sendsAMessageInPiecesAndReadsTheAnswer() throws IOException {
        // given
        try (TinyGateway gateway = new TinyGateway((message, channel) -> TinyGateway.send(channel, "got " + message));
                RawWebSocket socket = RawWebSocket.open(gateway.url())) {
            // when
            socket.fragmented("in three pieces".getBytes(StandardCharsets.UTF_8), 6);

            // then
            RawFrame answer = socket.read(LIMIT).orElseThrow();
            assertEquals(RawFrame.TEXT, answer.opcode());
            assertEquals("got in three pieces", answer.text());
        }
    }

    @Test
    void readsAPongAndALongFrame() throws IOException {
        // given
        String longText = "x".repeat(70_000);
        try (TinyGateway gateway = new TinyGateway((_, channel) -> TinyGateway.send(channel, longText));
                RawWebSocket socket = RawWebSocket.open(gateway.url())) {
            // when
            socket.ping(new byte[] {1, 2});

            // then
            assertEquals(RawFrame.PONG, socket.read(LIMIT).orElseThrow().opcode());
            socket.text("say it");
            assertEquals(longText, socket.read(LIMIT).orElseThrow().text());
        }
    }

    @Test
    void reportsTheFarewellOfTheOtherSide() throws IOException {
        // given
        try (TinyGateway gateway =
                        new TinyGateway((_, channel) -> TinyGateway.close(channel, 1008, "Workflow not found"));
                RawWebSocket socket = RawWebSocket.open(gateway.url())) {
            socket.text("hello");

            // when
            RawWebSocket.Farewell farewell = socket.awaitFarewell(LIMIT, true);

            // then
            assertEquals(new RawWebSocket.Farewell(1008, "Workflow not found", true), farewell);
        }
    }

    @Test
    void seesABrokenTextRefused() throws IOException {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                RawWebSocket socket = RawWebSocket.open(gateway.url())) {
            // when
            socket.frame(true, RawFrame.TEXT, new byte[] {(byte) 0xC3, 0x28});

            // then
            assertEquals(1007, socket.awaitFarewell(LIMIT, true).code());
        }
    }

    @Test
    void waitsNoLongerThanItWasTold() throws IOException {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                RawWebSocket socket = RawWebSocket.open(gateway.url())) {
            // when, then
            assertThrows(SocketTimeoutException.class, () -> socket.read(Duration.ofMillis(50)));
        }
    }

    @Test
    void namesTheStatusOfARefusedUpgrade() {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {})) {
            // when
            IOException refusal = assertThrows(
                    IOException.class, () -> RawWebSocket.open(gateway.url().resolve("/elsewhere")).close());

            // then
            assertTrue(refusal.getMessage().contains("404"), refusal.getMessage());
        }
    }
}
