package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.schemas.Failure;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sockets that come to an [AdmissionControl], as its tests speak of them. One thread.
final class AtTheDoor {

    static final int RATE = 10;
    static final long SECOND_US = 1_000_000;

    /// Why no call can be served.
    Optional<String> unable = Optional.empty();

    final AdmissionControl admission;

    /// Of eight calls.
    AtTheDoor() {
        this(8);
    }

    /// Of so many calls, of which an address may have three in the handshake and an agent two.
    AtTheDoor(int maxCalls) {
        this(maxCalls, 3);
    }

    AtTheDoor(int maxCalls, int maxHandshakesPerAddress) {
        admission = new AdmissionControl(
                new MediaServer.Admission(maxCalls, maxHandshakesPerAddress, 2, RATE, TestGateway.TENANTS), TestGateway.PROVIDERS,
                () -> unable);
    }

    static StreamRequest request(String agent) {
        StreamRequest request = StreamRequest.parse("/api/v1/agent-stream/cloudonix/" + agent, Map.of(), "");
        assertNotNull(request);
        return request;
    }

    Permit enter(String agent, String address) {
        return admission.enter(request(agent), address, 0);
    }

    Permit letIn(String agent, String address) {
        Permit permit = enter(agent, address);
        assertNull(permit.refusal());
        return permit;
    }

    @Nullable TurnedAway turnsAway(String address, long nowUs) {
        return admission.turnsAway(address, request("another").agentDigest(), nowUs);
    }

    /// Somebody who does not say of which provider he is.
    Permit stranger(String address, long nowUs) {
        StreamRequest request = StreamRequest.parse("/api/v1/agent-stream/a", Map.of(), "");
        assertNotNull(request);
        return admission.enter(request, address, nowUs);
    }

    void fails(String agent, String address, Failure failure, long nowUs) {
        Permit permit = admission.enter(request(agent), address, nowUs);
        assertNull(permit.refusal());
        permit.ended(failure, nowUs);
        permit.gone();
    }

    void talks(String agent, String address, long nowUs) {
        Permit permit = admission.enter(request(agent), address, nowUs);
        permit.opened(nowUs);
        permit.ended(null, nowUs);
        permit.gone();
    }

    /// Strangers come until all addresses together are refused too often.
    int strangersUseUpTheRate() {
        int refused = 0;
        while (turnsAway("new", 0) == null) {
            stranger("address " + refused++, 0).gone();
        }
        return refused;
    }

    void isFullFor(String agent, String address) {
        Permit permit = enter(agent, address);
        assertEquals(Failure.TRY_AGAIN_LATER, permit.refusal());
        permit.gone();
    }
}
