package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.gateway.socket.AdmissionControl.TurnedAway;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AdmissionControlTest {

    private static final int RATE = 10;
    private static final long SECOND_US = 1_000_000;

    private Optional<String> unable = Optional.empty();
    private final AdmissionControl admission = with(4, 3, 2);

    private AdmissionControl with(int calls, int perAddress, int perAgent) {
        return new AdmissionControl(new MediaServer.Admission(calls, perAddress, perAgent, RATE), TestGateway.PROVIDERS, () -> unable);
    }

    private static StreamRequest request(String agent) {
        StreamRequest request = StreamRequest.parse("/api/v1/agent-stream/cloudonix/" + agent, Map.of(), "");
        assertNotNull(request);
        return request;
    }

    private Permit enter(String agent, String address) {
        return admission.enter(request(agent), address, 0);
    }

    private Permit letIn(String agent, String address) {
        Permit permit = enter(agent, address);
        assertNull(permit.refusal());
        return permit;
    }

    private void isFullFor(String agent, String address) {
        Permit permit = enter(agent, address);
        assertEquals(Failure.TRY_AGAIN_LATER, permit.refusal());
        permit.gone();
    }

    @Test
    void letsInAsManyHandshakesOfAnAddressAsItMay() {
        letIn("a", "1");
        letIn("b", "1");
        Permit third = letIn("c", "1");

        isFullFor("d", "1");
        letIn("d", "2").ended(0);
        third.ended(0);
        isFullFor("d", "1"); // its socket is still there
        third.gone();
        letIn("d", "1");
    }

    @Test
    void letsInAsManyHandshakesOfAnAgentAsItMay() {
        letIn("a", "1");
        Permit second = letIn("a", "2");

        isFullFor("a", "3");
        second.opened();
        letIn("a", "3");
    }

    @Test
    void letsInAsManyCallsAsThereMayBe() {
        letIn("a", "1").opened();
        letIn("b", "1").opened();
        letIn("c", "1").opened();
        Permit last = letIn("d", "2");
        last.opened();

        isFullFor("e", "3");
        last.ended(0); // though its peer may not have answered the close yet
        letIn("e", "3");
        assertEquals(4, admission.calls());
    }

    @Test
    void talkingCallsOfAnAddressAreNoHandshakes() {
        for (int i = 0; i < 4; i++) {
            letIn("a" + i, "1").opened();
        }

        assertEquals(4, admission.calls());
    }

    @Test
    void refusesForItsProviderBeforeItSaysThatItCannotServe() {
        unable = Optional.of("no Kafka");
        StreamRequest twilio = StreamRequest.parse("/api/v1/agent-stream/twilio/a", Map.of(), "");
        StreamRequest odd = StreamRequest.parse("/api/v1/agent-stream/0b1c2d3e-0000-4000-8000-000000000001/cloudonix", Map.of(), "");
        StreamRequest none = StreamRequest.parse("/api/v1/agent-stream/a", Map.of(), "");

        assertEquals(Failure.UNSUPPORTED_PROVIDER, admission.enter(twilio, "1", 0).refusal());
        assertEquals(Failure.UNKNOWN_PROVIDER, admission.enter(odd, "1", 0).refusal());
        assertEquals(Failure.MISSING_PROVIDER, admission.enter(none, "1", 0).refusal());
        assertEquals(Failure.INTERNAL_ERROR, enter("a", "1").refusal());
    }

    @Test
    void letsNobodyInWhileItDrains() {
        admission.drain();

        isFullFor("a", "1");
        assertEquals(0, admission.calls());
    }

    @Test
    void turnsAnAddressAwayThatIsRefusedFasterThanItsRate() {
        admission.drain();
        int refused = 0;
        while (admission.turnsAway("1", 0) == null) {
            enter("a", "1").gone();
            refused++;
        }

        assertEquals(RATE * AdmissionControl.BURST_S, refused);
        assertEquals(TurnedAway.ADDRESS_RATE, admission.turnsAway("1", 0));
        assertNull(admission.turnsAway("2", 0));
        assertNull(admission.turnsAway("1", SECOND_US / RATE));
    }

    @Test
    void handshakesThatFailCountAsRefusals() {
        int failed = 0;
        while (admission.turnsAway("1", 0) == null) {
            Permit permit = letIn("a", "1");
            permit.ended(0);
            permit.gone();
            failed++;
        }

        assertEquals(RATE * AdmissionControl.BURST_S, failed);
    }

    @Test
    void callsThatTalkedAreNoRefusals() {
        for (int i = 0; i < 1_000; i++) {
            Permit permit = letIn("a", "1");
            permit.opened();
            permit.ended(0);
            permit.gone();
        }

        assertNull(admission.turnsAway("1", 0));
    }

    @Test
    void turnsAllAwayWhereAllAddressesTogetherAreRefusedTooOften() {
        admission.drain();
        int refused = 0;
        while (admission.turnsAway("new", 0) == null) {
            enter("a", "address " + refused++).gone();
        }

        assertEquals(TurnedAway.RATE, admission.turnsAway("new", 0));
        assertEquals(RATE * AdmissionControl.BURST_S * AdmissionControl.ADDRESSES, refused);
    }

    @Test
    void turnsAnAddressAwayWhoseRefusedSocketsDoNotClose() {
        admission.drain();
        long nowUs = 0;
        List<Permit> open = new ArrayList<>();
        while (admission.turnsAway("1", nowUs) == null) {
            nowUs += SECOND_US;
            open.add(admission.enter(request("a"), "1", nowUs));
        }

        assertEquals(AdmissionControl.MAX_REFUSED_PER_ADDRESS, open.size());
        assertEquals(TurnedAway.ADDRESS_SOCKETS, admission.turnsAway("1", nowUs));
        open.getFirst().gone();
        assertNull(admission.turnsAway("1", nowUs));
    }

    @Test
    void everyPermitIsGivenBackInWhateverOrderACallEnds() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            if (permits.size() < 20) {
                permits.add(enter("a" + random.nextInt(5), "address " + random.nextInt(3_000)));
            }
            Permit permit = permits.get(random.nextInt(permits.size()));
            switch (random.nextInt(3)) {
                case 0 -> permit.opened();
                case 1 -> permit.ended(0);
                default -> {
                    permit.gone();
                    permits.remove(permit);
                }
            }
        }
        permits.forEach(Permit::gone);
        permits.forEach(Permit::gone);

        assertEquals(0, admission.calls());
        assertEquals(0, admission.refused());
        for (int i = 0; i < 4; i++) { // nothing is left of any agent or address
            letIn("a" + i, "address 1").opened();
        }
        assertTrue(admission.calls() == 4);
    }
}
