package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    private @Nullable TurnedAway turnsAway(String address, long nowUs) {
        return admission.turnsAway(address, request("another").agentDigest(), nowUs);
    }

    /// Somebody who does not say of which provider he is.
    private Permit stranger(String address, long nowUs) {
        StreamRequest request = StreamRequest.parse("/api/v1/agent-stream/a", Map.of(), "");
        assertNotNull(request);
        return admission.enter(request, address, nowUs);
    }

    private void fails(String agent, String address, Failure failure, long nowUs) {
        Permit permit = admission.enter(request(agent), address, nowUs);
        assertNull(permit.refusal());
        permit.ended(failure, nowUs);
        permit.gone();
    }

    private void talks(String agent, String address, long nowUs) {
        Permit permit = admission.enter(request(agent), address, nowUs);
        permit.opened(nowUs);
        permit.ended(null, nowUs);
        permit.gone();
    }

    /// Strangers come until all addresses together are refused too often.
    private int strangersUseUpTheRate() {
        int refused = 0;
        while (turnsAway("new", 0) == null) {
            stranger("address " + refused++, 0).gone();
        }
        return refused;
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
        letIn("d", "2").ended(Failure.HANDSHAKE_TIMEOUT, 0);
        third.ended(Failure.HANDSHAKE_TIMEOUT, 0);
        isFullFor("d", "1"); // its socket is still there
        third.gone();
        letIn("d", "1");
    }

    @Test
    void letsInAsManyHandshakesOfAnAgentAsItMay() {
        letIn("a", "1");
        Permit second = letIn("a", "2");

        isFullFor("a", "3");
        second.opened(0);
        letIn("a", "3");
    }

    @Test
    void letsInAsManyCallsAsThereMayBe() {
        letIn("a", "1").opened(0);
        letIn("b", "1").opened(0);
        letIn("c", "1").opened(0);
        Permit last = letIn("d", "2");
        last.opened(0);

        isFullFor("e", "3");
        last.ended(Failure.HANDSHAKE_TIMEOUT, 0); // though its peer may not have answered the close yet
        letIn("e", "3");
        assertEquals(4, admission.calls());
    }

    @Test
    void talkingCallsOfAnAddressAreNoHandshakes() {
        for (int i = 0; i < 4; i++) {
            letIn("a" + i, "1").opened(0);
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
        int refused = 0;
        while (turnsAway("1", 0) == null) {
            stranger("1", 0).gone();
            refused++;
        }

        assertEquals(RATE * RefusalRate.BURST_S, refused);
        assertEquals(TurnedAway.ADDRESS_RATE, turnsAway("1", 0));
        assertNull(turnsAway("2", 0));
        assertNull(turnsAway("1", SECOND_US / RATE));
    }

    @Test
    void handshakesThatFailCountAsRefusals() {
        int failed = 0;
        while (turnsAway("1", 0) == null) {
            Permit permit = letIn("a", "1");
            permit.ended(Failure.HANDSHAKE_TIMEOUT, 0);
            permit.gone();
            failed++;
        }

        assertEquals(RATE * RefusalRate.BURST_S, failed);
    }

    @Test
    void callsThatTalkedAreNoRefusals() {
        for (int i = 0; i < 1_000; i++) {
            Permit permit = letIn("a", "1");
            permit.opened(0);
            permit.ended(Failure.HANDSHAKE_TIMEOUT, 0);
            permit.gone();
        }

        assertNull(turnsAway("1", 0));
    }

    @Test
    void turnsAllAwayWhereAllAddressesTogetherAreRefusedTooOftenButThoseThatHaveTalked() {
        talks("a", "provider", 0);

        int refused = strangersUseUpTheRate();

        assertEquals(RATE * RefusalRate.BURST_S * AdmissionControl.ADDRESSES, refused);
        assertEquals(TurnedAway.RATE, turnsAway("new", 0));
        assertNull(turnsAway("provider", 0));
    }

    @Test
    void socketsOfStrangersThatDoNotCloseTurnAwayWhoHasNotTalked() {
        talks("a", "provider", 0);
        long nowUs = 0;
        for (int i = 0; i < AdmissionControl.MAX_REFUSED; i++) {
            nowUs += SECOND_US;
            stranger("address " + i, nowUs);
        }

        assertEquals(TurnedAway.SOCKETS, turnsAway("new", nowUs));
        assertNull(turnsAway("provider", nowUs));
    }

    /// Who knows an agent's URL could else keep its callers out by sockets that say nothing.
    @Test
    void handshakesOfStrangersTakeNoAgentFromAnAddressThatHasTalked() {
        talks("a", "1", 0);
        letIn("a", "2");
        letIn("a", "3");

        assertEquals(Failure.TRY_AGAIN_LATER, enter("a", "4").refusal());
        letIn("a", "1");
    }

    @Test
    void anAddressIsKnownWhileItTalksAndForAnHourAfter() {
        Permit talking = letIn("a", "1");
        talking.opened(0);
        long longAfterUs = 3 * ProvenAddresses.KEPT_US;
        admission.enter(request("b"), "2", longAfterUs).gone();
        for (int i = 0; i < AdmissionControl.MAX_REFUSED; i++) {
            stranger("address " + i, longAfterUs);
        }

        assertNull(turnsAway("1", longAfterUs));
        talking.ended(null, longAfterUs);
        assertNull(turnsAway("1", longAfterUs + ProvenAddresses.KEPT_US - 1));
        assertEquals(TurnedAway.SOCKETS, turnsAway("1", longAfterUs + ProvenAddresses.KEPT_US));
    }

    @Test
    void remembersSoManyAddressesThatTalked() {
        ProvenAddresses proven = new ProvenAddresses();
        for (int i = 0; i <= ProvenAddresses.MAX; i++) {
            proven.talked("address " + i, 0);
        }

        assertFalse(proven.contains("address 0", 0));
        assertTrue(proven.contains("address 1", 0));
    }

    @Test
    void anAddressThatHasTalkedKeepsItsOwnLimits() {
        talks("a", "1", 0);
        int refused = 0;
        while (turnsAway("1", 0) == null) {
            stranger("1", 0).gone();
            refused++;
        }

        assertEquals(RATE * RefusalRate.BURST_S, refused);
        assertEquals(TurnedAway.ADDRESS_RATE, turnsAway("1", 0));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {
        "WORKFLOW_NOT_FOUND", "SUSPENDED", "QUOTA_EXCEEDED", "CONCURRENCY_LIMIT", "MISSING_DOMAIN", "UNKNOWN_DOMAIN",
        "MISSING_BEARER_TOKEN", "UNSUPPORTED_MEDIA", "SESSION_INVALID",
    })
    void whatOneTenantHasSetUpBadlyTakesTheProvidersAddressAwayFromNobodyElse(Failure failure) {
        talks("other tenant", "provider", 0);
        int failed = 0;
        while (admission.turnsAway("provider", request("tenant").agentDigest(), 0) == null) {
            fails("tenant", "provider", failure, 0);
            failed++;
        }

        assertEquals(RATE * RefusalRate.BURST_S / AdmissionControl.AGENT_COSTS, failed);
        assertEquals(TurnedAway.AGENT_RATE, admission.turnsAway("provider", request("tenant").agentDigest(), 0));
        assertNull(admission.turnsAway("provider", request("other tenant").agentDigest(), 0));
    }

    @Test
    void aCrowdOfOneAgentsHandshakesIsTurnedAwayAndNoOtherAgent() {
        letIn("crowd", "provider");
        letIn("crowd", "provider");
        int refused = 0;
        while (admission.turnsAway("provider", request("crowd").agentDigest(), 0) == null && refused < 100) {
            isFullFor("crowd", "provider");
            refused++;
        }

        assertEquals(RATE * RefusalRate.BURST_S / AdmissionControl.AGENT_COSTS, refused);
        assertNull(admission.turnsAway("provider", request("other").agentDigest(), 0));
    }

    @Test
    void aCrowdOfOneAddressIsTurnedAwayAndNoOtherAddress() {
        letIn("a", "1");
        letIn("b", "1");
        letIn("c", "1");
        int refused = 0;
        while (turnsAway("1", 0) == null && refused < 100) {
            isFullFor("d", "1");
            refused++;
        }

        assertEquals(RATE * RefusalRate.BURST_S, refused);
        assertNull(turnsAway("2", 0));
    }

    @Test
    void aFullGatewayBlamesNobody() {
        letIn("a", "1");
        letIn("b", "2");
        letIn("c", "3");
        letIn("d", "4");
        for (int i = 0; i < 1_000; i++) {
            isFullFor("e", "5");
        }

        assertNull(admission.turnsAway("5", request("e").agentDigest(), 0));
    }

    /// Else whoever floods would begin anew with each call.
    @Test
    void anAgentWhoseRunningCallsBringTooMuchIsTurnedAway() {
        int flooded = 0;
        while (admission.turnsAway("provider", request("flood").agentDigest(), 0) == null && flooded < 100) {
            Permit permit = letIn("flood", "provider");
            permit.opened(0);
            permit.ended(Failure.TOO_MANY_MESSAGES, 0);
            permit.gone();
            flooded++;
        }

        assertEquals(RefusalRate.BURST_S, flooded);
        assertNull(admission.turnsAway("provider", request("other tenant").agentDigest(), 0));
        assertNull(admission.turnsAway("provider", request("flood").agentDigest(), SECOND_US));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {"INTERNAL_ERROR", "TRY_AGAIN_LATER", "ABANDONED"})
    void nobodyAnswersForTheGatewayOrForACallerWhoHangsUp(Failure failure) {
        talks("a", "1", 0);
        for (int i = 0; i < 1_000; i++) {
            fails("a", "1", failure, 0);
        }

        assertNull(admission.turnsAway("1", request("a").agentDigest(), 0));
    }

    @Test
    void aGatewayThatCannotServeBlamesNobody() {
        unable = Optional.of("no Kafka");
        for (int i = 0; i < 1_000; i++) {
            enter("a", "1").gone();
        }
        unable = Optional.empty();

        assertNull(admission.turnsAway("1", request("a").agentDigest(), 0));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {"WORKFLOW_NOT_FOUND", "ABANDONED"})
    void aStrangerWhoGuessesAgentsIsNoCaller(Failure failure) {
        int failed = 0;
        while (turnsAway("1", 0) == null) {
            fails("guess " + failed++, "1", failure, 0);
        }

        assertEquals(RATE * RefusalRate.BURST_S, failed);
        assertEquals(TurnedAway.ADDRESS_RATE, turnsAway("1", 0));
    }

    @Test
    void whatWasOnItsWayWhenTheRateWasUsedUpCostsNothingMore() {
        List<Permit> onTheirWay = new ArrayList<>();
        for (int i = 0; i < 2 * RATE * RefusalRate.BURST_S; i++) { // all of them were asked for before the first was refused
            onTheirWay.add(stranger("1", 0));
        }
        onTheirWay.forEach(Permit::gone);

        assertEquals(TurnedAway.ADDRESS_RATE, turnsAway("1", 0));
        assertNull(turnsAway("1", SECOND_US / RATE + 1));
    }

    @Test
    void aRateHoldsForLong() {
        int refused = 0;
        for (long nowUs = 0; nowUs < 20 * SECOND_US; nowUs += 1_000) {
            if (turnsAway("1", nowUs) == null) {
                stranger("1", nowUs).gone();
                refused++;
            }
        }

        assertEquals(RATE * (RefusalRate.BURST_S + 20), refused);
    }

    @Test
    void turnsAnAddressAwayWhoseRefusedSocketsDoNotClose() {
        long nowUs = 0;
        List<Permit> open = new ArrayList<>();
        while (turnsAway("1", nowUs) == null) {
            nowUs += SECOND_US;
            open.add(stranger("1", nowUs));
        }

        assertEquals(AdmissionControl.MAX_REFUSED_PER_ADDRESS, open.size());
        assertEquals(TurnedAway.ADDRESS_SOCKETS, turnsAway("1", nowUs));
        open.getFirst().gone();
        assertNull(turnsAway("1", nowUs));
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
                case 0 -> permit.opened(0);
                case 1 -> permit.ended(Failure.HANDSHAKE_TIMEOUT, 0);
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
            letIn("a" + i, "address 1").opened(0);
        }
        assertTrue(admission.calls() == 4);
    }
}
