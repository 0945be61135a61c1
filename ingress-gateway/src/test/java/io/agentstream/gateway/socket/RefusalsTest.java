package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who answers for what is refused, and is turned away for it.
final class RefusalsTest {

    private final AtTheDoor door = new AtTheDoor();

    @Test
    void turnsAnAddressAwayThatIsRefusedFasterThanItsRate() {
        int refused = 0;
        while (door.turnsAway("1", 0) == null) {
            door.stranger("1", 0).gone();
            refused++;
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S, refused);
        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("1", 0));
        assertNull(door.turnsAway("2", 0));
        assertNull(door.turnsAway("1", AtTheDoor.SECOND_US / AtTheDoor.RATE));
    }

    @Test
    void handshakesThatFailCountAsRefusals() {
        int failed = 0;
        while (door.turnsAway("1", 0) == null) {
            Permit permit = door.letIn("a", "1");
            permit.ended(Failure.HANDSHAKE_TIMEOUT, 0);
            permit.gone();
            failed++;
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S, failed);
    }

    @Test
    void callsThatTalkedAreNoRefusals() {
        for (int i = 0; i < 1_000; i++) {
            Permit permit = door.letIn("a", "1");
            permit.opened(0);
            permit.ended(Failure.HANDSHAKE_TIMEOUT, 0);
            permit.gone();
        }

        assertNull(door.turnsAway("1", 0));
    }

    @Test
    void turnsAllAwayWhereAllAddressesTogetherAreRefusedTooOftenButThoseThatHaveTalked() {
        door.talks("a", "provider", 0);

        int refused = door.strangersUseUpTheRate();

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S * Debts.ADDRESSES, refused);
        assertEquals(TurnedAway.RATE, door.turnsAway("new", 0));
        assertNull(door.turnsAway("provider", 0));
    }

    @Test
    void anAddressThatHasTalkedKeepsItsOwnLimits() {
        door.talks("a", "1", 0);
        int refused = 0;
        while (door.turnsAway("1", 0) == null) {
            door.stranger("1", 0).gone();
            refused++;
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S, refused);
        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("1", 0));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {
        "WORKFLOW_NOT_FOUND", "SUSPENDED", "QUOTA_EXCEEDED", "CONCURRENCY_LIMIT", "MISSING_DOMAIN", "UNKNOWN_DOMAIN",
        "MISSING_BEARER_TOKEN", "UNSUPPORTED_MEDIA", "SESSION_INVALID",
    })
    void whatOneTenantHasSetUpBadlyTakesTheProvidersAddressAwayFromNobodyElse(Failure failure) {
        door.talks("other tenant", "provider", 0);
        int failed = 0;
        while (door.admission.turnsAway("provider", AtTheDoor.request("tenant").agentDigest(), 0) == null) {
            door.fails("tenant", "provider", failure, 0);
            failed++;
        }

        assertEquals(Math.ceilDiv(AtTheDoor.RATE * RefusalRate.BURST_S, Debts.AGENT_COSTS), failed);
        assertEquals(TurnedAway.AGENT_RATE, door.admission.turnsAway("provider", AtTheDoor.request("tenant").agentDigest(), 0));
        assertNull(door.admission.turnsAway("provider", AtTheDoor.request("other tenant").agentDigest(), 0));
    }

    @Test
    void aCrowdOfOneAgentsHandshakesIsTurnedAwayAndNoOtherAgent() {
        door.letIn("crowd", "provider");
        door.letIn("crowd", "provider");
        int refused = 0;
        while (door.admission.turnsAway("provider", AtTheDoor.request("crowd").agentDigest(), 0) == null && refused < 100) {
            door.isFullFor("crowd", "provider");
            refused++;
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S / Debts.CROWD_COSTS, refused);
        assertNull(door.admission.turnsAway("provider", AtTheDoor.request("other").agentDigest(), 0));
    }

    @Test
    void aCrowdOfOneAddressIsTurnedAwayAndNoOtherAddress() {
        door.letIn("a", "1");
        door.letIn("b", "1");
        door.letIn("c", "1");
        int refused = 0;
        while (door.turnsAway("1", 0) == null && refused < 100) {
            door.isFullFor("d", "1");
            refused++;
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S, refused);
        assertNull(door.turnsAway("2", 0));
    }

    @Test
    void aFullGatewayBlamesNobody() {
        AtTheDoor door = new AtTheDoor(4);
        door.letIn("a", "1");
        door.letIn("b", "2");
        door.letIn("c", "3");
        door.letIn("d", "4");
        for (int i = 0; i < 1_000; i++) {
            door.isFullFor("e", "5");
        }

        assertNull(door.admission.turnsAway("5", AtTheDoor.request("e").agentDigest(), 0));
    }

    /// Else whoever floods would begin anew with each call.
    @Test
    void anAgentWhoseRunningCallsBringTooMuchIsTurnedAway() {
        int flooded = 0;
        while (door.admission.turnsAway("provider", AtTheDoor.request("flood").agentDigest(), 0) == null && flooded < 100) {
            Permit permit = door.letIn("flood", "provider");
            permit.opened(0);
            permit.ended(Failure.TOO_MANY_MESSAGES, 0);
            permit.gone();
            flooded++;
        }

        assertEquals(RefusalRate.BURST_S, flooded);
        assertNull(door.admission.turnsAway("provider", AtTheDoor.request("other tenant").agentDigest(), 0));
        assertNull(door.admission.turnsAway("provider", AtTheDoor.request("flood").agentDigest(), AtTheDoor.SECOND_US));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {"INTERNAL_ERROR", "TRY_AGAIN_LATER", "ABANDONED"})
    void nobodyAnswersForTheGatewayOrForACallerWhoHangsUp(Failure failure) {
        door.talks("a", "1", 0);
        for (int i = 0; i < 1_000; i++) {
            door.fails("a", "1", failure, 0);
        }

        assertNull(door.admission.turnsAway("1", AtTheDoor.request("a").agentDigest(), 0));
    }

    @Test
    void aGatewayThatCannotServeBlamesNobody() {
        door.unable = Optional.of("no Kafka");
        for (int i = 0; i < 1_000; i++) {
            door.enter("a", "1").gone();
        }
        door.unable = Optional.empty();

        assertNull(door.admission.turnsAway("1", AtTheDoor.request("a").agentDigest(), 0));
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {"WORKFLOW_NOT_FOUND", "ABANDONED"})
    void aStrangerWhoGuessesAgentsIsNoCaller(Failure failure) {
        int failed = 0;
        while (door.turnsAway("1", 0) == null) {
            door.fails("guess " + failed++, "1", failure, 0);
        }

        assertEquals(AtTheDoor.RATE * RefusalRate.BURST_S, failed);
        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("1", 0));
    }

    @Test
    void whatWasOnItsWayWhenTheRateWasUsedUpCostsNothingMore() {
        List<Permit> onTheirWay = new ArrayList<>();
        for (int i = 0; i < 2 * AtTheDoor.RATE * RefusalRate.BURST_S; i++) { // all of them were asked for before the first was refused
            onTheirWay.add(door.stranger("1", 0));
        }
        onTheirWay.forEach(Permit::gone);

        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("1", 0));
        assertNull(door.turnsAway("1", AtTheDoor.SECOND_US / AtTheDoor.RATE + 1));
    }

    @Test
    void aRateHoldsForLong() {
        int refused = 0;
        for (long nowUs = 0; nowUs < 20 * AtTheDoor.SECOND_US; nowUs += 1_000) {
            if (door.turnsAway("1", nowUs) == null) {
                door.stranger("1", nowUs).gone();
                refused++;
            }
        }

        assertEquals(AtTheDoor.RATE * (RefusalRate.BURST_S + 20), refused);
    }
}
