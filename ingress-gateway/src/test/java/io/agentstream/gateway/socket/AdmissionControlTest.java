package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Who is let in, and how many there may be.
final class AdmissionControlTest {

    private final AtTheDoor door = new AtTheDoor();

    @Test
    void letsInAsManyHandshakesOfAnAddressAsItMay() {
        door.letIn("a", "1");
        door.letIn("b", "1");
        Permit third = door.letIn("c", "1");

        door.isFullFor("d", "1");
        door.letIn("d", "2").ended(Failure.HANDSHAKE_TIMEOUT, 0);
        third.ended(Failure.HANDSHAKE_TIMEOUT, 0);
        door.isFullFor("d", "1"); // its socket is still there
        third.gone();
        door.letIn("d", "1");
    }

    @Test
    void letsInAsManyHandshakesOfAnAgentAsItMay() {
        door.letIn("a", "1");
        Permit second = door.letIn("a", "2");

        door.isFullFor("a", "3");
        second.opened(0);
        door.letIn("a", "3");
    }

    @Test
    void letsInAsManyCallsAsThereMayBe() {
        for (int i = 0; i < 7; i++) {
            door.letIn("a" + i, "1").opened(0);
        }
        Permit last = door.letIn("d", "2");
        last.opened(0);

        door.isFullFor("e", "3");
        last.ended(Failure.HANDSHAKE_TIMEOUT, 0); // though its peer may not have answered the close yet
        door.letIn("e", "3");
        assertEquals(8, door.admission.calls());
    }

    /// Calls to agents that there are not have a place each, until an orchestrator has said so of each.
    @Test
    void strangersTogetherTakeNoMoreThanHalfOfThePlaces() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS);
        door.talks("a", "provider", 0);
        Permit first = door.letIn("b", "1");
        for (int i = 1; i < AdmissionControl.KEEPS_BACK_FROM_CALLS / 2; i++) {
            door.letIn("b" + i, "stranger " + i);
        }

        door.isFullFor("c", "3");
        door.isFullFor("c", "1");
        door.letIn("d", "provider");
        first.ended(Failure.WORKFLOW_NOT_FOUND, 0);
        door.letIn("c", "3").opened(0);
        door.letIn("e", "3"); // who talks is no stranger
        assertEquals(AdmissionControl.KEEPS_BACK_FROM_CALLS / 2 + 2, door.admission.calls());
    }

    private static int enterUntilItIsFull(AtTheDoor door, String address) {
        int in = 0;
        while (in < AdmissionControl.KEEPS_BACK_FROM_CALLS) {
            Permit permit = door.enter(address + " calls " + in, address);
            if (permit.refusal() != null) {
                permit.gone();
                break;
            }
            in++;
        }
        return in;
    }

    /// While orchestrators are away each of its calls has its place until the handshake's deadline.
    @Test
    void aStrangerLeavesHalfOfWhatOthersHaveLeft() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS, AdmissionControl.KEEPS_BACK_FROM_CALLS);
        door.talks("a", "provider", 0);

        assertEquals(25, enterUntilItIsFull(door, "1"));
        assertEquals(12, enterUntilItIsFull(door, "2"));
        assertEquals(6, enterUntilItIsFull(door, "3"));
        assertEquals(3, enterUntilItIsFull(door, "4"));
        assertEquals(AdmissionControl.KEEPS_BACK_FROM_CALLS / 2, enterUntilItIsFull(door, "provider")); // its agents are unknown ones
    }

    @Test
    void whatAStrangerLeavesGrowsWhenItsCallsAreOver() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS, AdmissionControl.KEEPS_BACK_FROM_CALLS);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            permits.add(door.letIn("a" + i, "1"));
        }
        permits.forEach(permit -> permit.ended(Failure.HANDSHAKE_TIMEOUT, 0));

        assertEquals(25, enterUntilItIsFull(door, "2"));
    }

    /// Else it would be told so without end, with two events each.
    @Test
    void aStrangerAnswersForWhatItWantsBeyondItsPart() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS, AdmissionControl.KEEPS_BACK_FROM_CALLS);
        enterUntilItIsFull(door, "1");
        for (int i = 0; i < 10 * AtTheDoor.RATE; i++) {
            door.enter("b", "1").gone();
        }

        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("1", 0));
        assertNull(door.turnsAway("2", 0));
    }

    @Test
    void aSmallGatewayKeepsNothingBack() {
        for (int i = 0; i < 8; i++) {
            door.letIn("b" + i, "stranger " + i);
        }

        door.isFullFor("c", "3");
        assertEquals(8, door.admission.calls());
    }

    /// Who comes when strangers have all that they may is not made to answer for them.
    @Test
    void whoFindsThePlacesOfStrangersTakenOwesNothing() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS);
        for (int i = 0; i < AdmissionControl.KEEPS_BACK_FROM_CALLS / 2; i++) {
            door.letIn("b" + i, i == 0 ? "2" : "stranger " + i);
        }
        for (int i = 0; i < 10 * AtTheDoor.RATE; i++) {
            door.enter("c", "3").gone();
            door.enter("c", "2").gone();
        }

        assertNull(door.turnsAway("3", 0));
        assertNull(door.turnsAway("2", 0), "one call of its own is not what the places went to");
    }

    @Test
    void whoHasAllThatAnAddressMayHaveAnswersForMoreWhoeverElseIsThere() {
        AtTheDoor door = new AtTheDoor(AdmissionControl.KEEPS_BACK_FROM_CALLS);
        for (int i = 0; i < AdmissionControl.KEEPS_BACK_FROM_CALLS / 2; i++) {
            door.letIn("b" + i, i < 3 ? "2" : "stranger " + i);
        }
        for (int i = 0; i < 10 * AtTheDoor.RATE; i++) {
            door.enter("c", "2").gone();
        }

        assertEquals(TurnedAway.ADDRESS_RATE, door.turnsAway("2", 0));
    }

    @Test
    void talkingCallsOfAnAddressAreNoHandshakes() {
        for (int i = 0; i < 4; i++) {
            door.letIn("a" + i, "1").opened(0);
        }

        assertEquals(4, door.admission.calls());
    }

    @Test
    void refusesForItsProviderBeforeItSaysThatItCannotServe() {
        door.unable = Optional.of("no Kafka");
        StreamRequest twilio = StreamRequest.parse("/api/v1/agent-stream/twilio/a", Map.of(), "");
        StreamRequest odd = StreamRequest.parse("/api/v1/agent-stream/0b1c2d3e-0000-4000-8000-000000000001/cloudonix", Map.of(), "");
        StreamRequest none = StreamRequest.parse("/api/v1/agent-stream/a", Map.of(), "");

        assertEquals(Failure.UNSUPPORTED_PROVIDER, door.admission.enter(twilio, "1", 0).refusal());
        assertEquals(Failure.UNKNOWN_PROVIDER, door.admission.enter(odd, "1", 0).refusal());
        assertEquals(Failure.MISSING_PROVIDER, door.admission.enter(none, "1", 0).refusal());
        assertEquals(Failure.INTERNAL_ERROR, door.enter("a", "1").refusal());
    }

    @Test
    void letsNobodyInWhileItDrains() {
        assertFalse(door.admission.isDraining());

        door.admission.drain();

        assertTrue(door.admission.isDraining());

        door.isFullFor("a", "1");
        assertEquals(0, door.admission.calls());
    }

    @Test
    void socketsOfStrangersThatDoNotCloseTurnAwayWhoHasNotTalked() {
        door.talks("a", "provider", 0);
        long nowUs = 0;
        for (int i = 0; i < AdmissionControl.MAX_REFUSED; i++) {
            nowUs += AtTheDoor.SECOND_US;
            door.stranger("address " + i, nowUs);
        }

        assertEquals(TurnedAway.SOCKETS, door.turnsAway("new", nowUs));
        assertNull(door.turnsAway("provider", nowUs));
    }

    /// Who knows an agent's URL could else keep its callers out by sockets that say nothing.
    @Test
    void handshakesOfStrangersTakeNoAgentFromAnAddressThatHasTalked() {
        door.talks("a", "1", 0);
        door.letIn("a", "2");
        door.letIn("a", "3");

        assertEquals(Failure.TRY_AGAIN_LATER, door.enter("a", "4").refusal());
        door.letIn("a", "1");
    }

    @Test
    void anAddressIsKnownWhileItTalksAndForAnHourAfter() {
        Permit talking = door.letIn("a", "1");
        talking.opened(0);
        long longAfterUs = 3 * ProvenAddresses.KEPT_US;
        door.admission.enter(AtTheDoor.request("b"), "2", longAfterUs).gone();
        for (int i = 0; i < AdmissionControl.MAX_REFUSED; i++) {
            door.stranger("address " + i, longAfterUs);
        }

        assertNull(door.turnsAway("1", longAfterUs));
        talking.ended(null, longAfterUs);
        assertNull(door.turnsAway("1", longAfterUs + ProvenAddresses.KEPT_US - 1));
        assertEquals(TurnedAway.SOCKETS, door.turnsAway("1", longAfterUs + ProvenAddresses.KEPT_US));
    }

    @Test
    void turnsAnAddressAwayWhoseRefusedSocketsDoNotClose() {
        long nowUs = 0;
        List<Permit> open = new ArrayList<>();
        while (door.turnsAway("1", nowUs) == null) {
            nowUs += AtTheDoor.SECOND_US;
            open.add(door.stranger("1", nowUs));
        }

        assertEquals(AdmissionControl.MAX_REFUSED_PER_ADDRESS, open.size());
        assertEquals(AdmissionControl.MAX_REFUSED_PER_ADDRESS, door.admission.refused());
        assertEquals(TurnedAway.ADDRESS_SOCKETS, door.turnsAway("1", nowUs));
        open.getFirst().gone();
        assertNull(door.turnsAway("1", nowUs));
        assertEquals(AdmissionControl.MAX_REFUSED_PER_ADDRESS - 1, door.admission.refused());
    }

    @Test
    void thereAreNeverMoreSocketsThanThoseRefusedThatMayBeAndTwoForEachCall() {
        door.talks("a", "provider", 0);
        long nowUs = 0;
        List<Permit> open = new ArrayList<>();
        while (door.turnsAway("provider", nowUs) == null) { // of strangers, who take nothing from it but these
            nowUs += AtTheDoor.SECOND_US;
            open.add(door.stranger("address " + open.size(), nowUs));
        }

        assertEquals(AdmissionControl.MAX_REFUSED + 2 * 8, open.size());
        assertEquals(TurnedAway.SOCKETS, door.turnsAway("provider", nowUs));
        open.getFirst().gone();
        assertNull(door.turnsAway("provider", nowUs));
    }

    @Test
    void everyPermitIsGivenBackInWhateverOrderACallEnds() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            if (permits.size() < 20) {
                permits.add(door.enter("a" + random.nextInt(5), "address " + random.nextInt(3_000)));
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

        assertEquals(0, door.admission.calls());
        assertEquals(0, door.admission.refused());
        for (int i = 0; i < 4; i++) { // nothing is left of any agent or address
            door.letIn("a" + i, "address 1").opened(0);
        }
        assertTrue(door.admission.calls() == 4);
    }
}
