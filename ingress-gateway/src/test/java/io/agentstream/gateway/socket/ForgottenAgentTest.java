package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.schemas.CallEvent;
import org.junit.jupiter.api.Test;

/// Who knows an agent's UUID may call it, so that it is nowhere where it is not needed.
final class ForgottenAgentTest {

    @Test
    void aUuidInTheProvidersPlaceIsNeitherRepeatedNorKept() throws Exception {
        try (TestGateway gateway = new TestGateway()) {
            try (RawPeer peer = RawPeer.connect(
                    gateway.port(), "/api/v1/agent-stream/0b1c2d3e-0000-4000-8000-000000000001/cloudonix")) {
                RawPeer.Frame close = peer.readClose();
                assertEquals(1008, close.closeCode());
                assertEquals("Unknown provider", close.closeReason());
            }
            try (RawPeer peer = RawPeer.connect(
                    gateway.port(), "/api/v1/agent-stream/x?provider=0b1c2d3e000040008000000000000001")) {
                assertEquals("Unknown provider", peer.readClose().closeReason());
            }
            await(() -> gateway.count(CallEvent.Ended.class) == 2);
            assertFalse(gateway.events().toString().contains("0b1c2d3e"), gateway.events().toString());
        }
    }
}
