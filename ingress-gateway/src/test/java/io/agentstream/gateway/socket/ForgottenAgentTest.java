package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.schemas.CallEvent;
import java.util.Locale;
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

    @Test
    void aUuidInAnyOtherPlaceOfUrlAndDocumentIsHiddenThere() throws Exception {
        String url = "/api/v1/agent-stream/0b1c2d3e-0000-4000-8000-000000000001?provider=cloudonix"
                + "&Domain=0B1C2D3E-0000-4000-8000-000000000001&callId=0b1c2d3e000040008000000000000001&from=x0b1c2d3e-0000-4000-8000-000000000001";
        String start = TestGateway.START
                .replace("\"gold\"", "\"ws://x/0b1c2d3e-0000-4000-8000-000000000001?\"")
                .replace("\"inbound\",", "\"0b1c2d3e-0000-4000-8000-000000000001\",");
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = RawPeer.connect(gateway.port(), url)) {
            peer.text(TestGateway.CONNECTED);
            peer.text(start);
            await(() -> gateway.count(CallEvent.Started.class) == 1);
            CallEvent.Started started = gateway.events().stream()
                    .filter(CallEvent.Started.class::isInstance)
                    .map(CallEvent.Started.class::cast)
                    .findFirst()
                    .orElseThrow();

            assertEquals("agent-uuid.cloudonix.net", started.domain());
            assertEquals("xagent-uuid", started.from());
            assertEquals("ws://x/agent-uuid?", started.customParameters().get("customer_tier"));
            assertFalse(gateway.events().toString().toLowerCase(Locale.ROOT).contains("0b1c2d3e"), gateway.events().toString());
        }
    }

    @Test
    void anotherUuidIsNothingToHide() {
        AgentSecret secret = AgentSecret.of("0b1c2d3e-0000-4000-8000-000000000001");

        assertEquals("0b1c2d3e-0000-4000-8000-000000000002", secret.shown("0b1c2d3e-0000-4000-8000-000000000002"));
    }
}
