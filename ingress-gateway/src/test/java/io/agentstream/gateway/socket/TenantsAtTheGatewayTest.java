package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.socket.AdmissionControl.Permit;
import io.agentstream.schemas.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// One tenant's calls, with however many agents, take from the others' what one tenant may and no more, although all of them come from
/// their provider's one address.
final class TenantsAtTheGatewayTest {

    private static final int PER_ADDRESS = 30;
    private static final int PER_TENANT = 10;
    private static final int REFUSALS = 10;
    private static final int NEW_CALLS = 20;
    private static final long FLOODER = 7;
    private static final long OTHER = 8;
    private static final long SECOND_US = 1_000_000;

    private final AdmissionControl admission = new AdmissionControl(
            new MediaServer.Admission(1_000, PER_ADDRESS, PER_ADDRESS, REFUSALS, new MediaServer.Tenants(PER_TENANT, NEW_CALLS)), TestGateway.PROVIDERS, Optional::empty);

    private static StreamRequest request(String agent) {
        StreamRequest request = StreamRequest.parse("/api/v1/agent-stream/cloudonix/" + agent, Map.of(), "");
        assertNotNull(request);
        return request;
    }

    private @Nullable TurnedAway turnsAway(String agent, String address, long nowUs) {
        return admission.turnsAway(address, request(agent).agentDigest(), nowUs);
    }

    private Permit enter(String agent, String address, long nowUs) {
        return admission.enter(request(agent), address, nowUs);
    }

    /// A call that talks, of an agent of that organisation, so long ago that it counts for nothing any more.
    private void isKnown(String agent, String address, long organization) {
        Permit permit = enter(agent, address, -100 * SECOND_US);
        permit.belongsTo(organization, -100 * SECOND_US);
        permit.opened(-100 * SECOND_US);
        permit.ended(null, -100 * SECOND_US);
        permit.gone();
    }

    private void floodersAreKnown(int agents, String address) {
        for (int i = 0; i < agents; i++) {
            isKnown("flooder" + i, address, FLOODER);
        }
        isKnown("other", address, OTHER);
    }

    /// So many calls of each agent in turn as are let in, which come to `what`.
    private int calls(int agents, String address, Failure what) {
        int calls = 0;
        while (turnsAway("flooder" + calls % agents, address, 0) == null && calls < 1_000) {
            Permit permit = enter("flooder" + calls++ % agents, address, 0);
            permit.ended(what, 0);
            permit.gone();
        }
        return calls;
    }

    @Test
    void callsThatATenantsOwnDoingEndsAreCountedForAllOfItsAgentsTogether() {
        // given
        floodersAreKnown(20, "provider");

        // when
        int failed = calls(20, "provider", Failure.CONCURRENCY_LIMIT);

        // then
        assertEquals(Math.ceilDiv(REFUSALS * RefusalRate.BURST_S, Debts.TENANT_COSTS), failed);
        assertEquals(TurnedAway.TENANT_RATE, turnsAway("flooder0", "provider", 0));
        assertNull(turnsAway("other", "provider", 0));
    }

    /// What is decided half a second later is not free until then: a flood would be let in again and again with all that may be in the handshake.
    @Test
    void callsThatTakeTimeToFailAreNoMoreThanTheRateSays() {
        // given
        floodersAreKnown(20, "provider");
        int seconds = 20;

        // when
        Flooded flooded = flood("provider", 200, seconds, SECOND_US / 2, Failure.CONCURRENCY_LIMIT);

        // then
        int letIn = flooded.all();
        int most = (RefusalRate.BURST_S + seconds) * REFUSALS / Debts.TENANT_COSTS;
        assertTrue(letIn <= most + PER_TENANT, letIn + " were let in");
        assertTrue(letIn >= seconds * REFUSALS / Debts.TENANT_COSTS, "whoever floods is still served at the rate");
    }

    private record Waiting(Permit permit, long decidedUs) {}

    /// @param letIn how many got a place, in each second in which any did
    /// @param noRoom how many were not turned away and found no place
    private record Flooded(SortedMap<Long, Integer> letIn, int noRoom) {

        int all() {
            return noRoom + letIn.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /// Calls that come evenly, of twenty agents in turn, each of which comes to `what` so long after it was let in.
    private Flooded flood(String address, int perSecond, int seconds, long afterUs, Failure what) {
        SortedMap<Long, Integer> letIn = new TreeMap<>();
        int noRoom = 0;
        Deque<Waiting> waiting = new ArrayDeque<>();
        for (int i = 0; i < perSecond * seconds; i++) {
            long nowUs = i * SECOND_US / perSecond;
            while (!waiting.isEmpty() && waiting.peek().decidedUs <= nowUs) {
                Waiting next = waiting.remove();
                next.permit.ended(what, nowUs);
                next.permit.gone();
            }
            if (turnsAway("flooder" + i % 20, address, nowUs) != null) {
                continue;
            }
            Permit permit = enter("flooder" + i % 20, address, nowUs);
            if (permit.refusal() == null) {
                waiting.add(new Waiting(permit, nowUs + afterUs));
                letIn.merge(nowUs / SECOND_US, 1, Integer::sum);
            } else {
                permit.gone();
                noRoom++;
            }
        }
        return new Flooded(letIn, noRoom);
    }

    /// All of a batch that was let in together are given up together. If as many came at once again, each time were one in which everybody waits.
    @Test
    void silentSocketsThatAreGivenUpTogetherAreNotFollowedByAsManyAtOnce() {
        // given
        floodersAreKnown(20, "provider");
        int patienceS = 10;

        // when
        Map<Long, Integer> letIn = flood("stranger", 400, 4 * patienceS, patienceS * SECOND_US, Failure.HANDSHAKE_TIMEOUT).letIn();

        // then
        assertEquals(PER_TENANT / 2, letIn.remove(0L), "in the first second, of which nobody knows that it is a flood");
        int most = REFUSALS / Debts.TENANT_COSTS + 1;
        assertTrue(letIn.values().stream().allMatch(each -> each <= most), letIn + ", where " + most + " a second may be");
        assertTrue(letIn.values().stream().mapToInt(Integer::intValue).sum() >= patienceS, letIn.toString());
    }

    /// A burst of good calls is not taken for one of bad ones.
    @Test
    void whoOwesNothingMayHaveAllItsCallsInTheHandshake() {
        // given
        floodersAreKnown(20, "provider");

        // when
        for (int i = 0; i < PER_TENANT; i++) {
            assertNull(turnsAway("flooder" + i, "provider", 0));
            assertNull(enter("flooder" + i, "provider", 0).refusal());
        }

        // then
        assertNull(turnsAway("flooder0", "provider", 0));
    }

    @Test
    void oneAgentThatIsSetUpBadlyDoesNotSilenceTheOthersOfItsTenant() {
        // given
        floodersAreKnown(2, "provider");

        // when
        while (turnsAway("flooder0", "provider", 0) == null) {
            Permit permit = enter("flooder0", "provider", 0);
            permit.ended(Failure.UNKNOWN_DOMAIN, 0);
            permit.gone();
        }

        // then
        assertEquals(TurnedAway.AGENT_RATE, turnsAway("flooder0", "provider", 0));
        assertNull(turnsAway("flooder1", "provider", 0));
    }

    @Test
    void aTenantWhoseProviderIsSlowLeavesTheAddressToTheOthers() {
        // given
        floodersAreKnown(20, "provider");
        List<Permit> waiting = new ArrayList<>();

        // when
        for (int i = 0; i < PER_ADDRESS; i++) {
            Permit permit = enter("flooder" + i % 20, "provider", 0);
            if (permit.refusal() == null) {
                waiting.add(permit);
            }
        }

        // then
        assertEquals(PER_TENANT, waiting.size());
        assertNull(enter("other", "provider", 0).refusal());
        waiting.getFirst().opened(0);
        assertNull(enter("flooder1", "provider", 0).refusal());
    }

    @Test
    void aCrowdOfATenantsHandshakesIsTurnedAway() {
        // given
        floodersAreKnown(20, "provider");
        for (int i = 0; i < PER_TENANT; i++) {
            enter("flooder" + i, "provider", 0);
        }

        // when
        int refused = 0;
        while (turnsAway("flooder" + refused % 20, "provider", 0) == null && refused < 1_000) {
            Permit permit = enter("flooder" + refused++ % 20, "provider", 0);
            assertEquals(Failure.TRY_AGAIN_LATER, permit.refusal());
            permit.gone();
        }

        // then
        assertEquals(REFUSALS * RefusalRate.BURST_S / Debts.CROWD_COSTS, refused);
        assertNull(turnsAway("other", "provider", 0));
    }

    /// The look at the request and the upgrade are two steps, and others come in between.
    @Test
    void howeverManyFindNoRoomAtOnceTheNextIsLetInWhenOnesTimeHasPassedAndThereIsRoom() {
        // given
        floodersAreKnown(20, "provider");
        List<Permit> waiting = new ArrayList<>();
        for (int i = 0; i < PER_TENANT; i++) {
            waiting.add(enter("flooder" + i, "provider", 0));
        }

        // when
        for (int i = 0; i < 100; i++) {
            assertEquals(Failure.TRY_AGAIN_LATER, enter("flooder" + i % 20, "provider", 0).refusal());
        }
        waiting.forEach(Permit::gone);

        // then
        assertEquals(TurnedAway.TENANT_RATE, turnsAway("flooder0", "provider", 0));
        assertNull(turnsAway("flooder0", "provider", Debts.CROWD_COSTS * SECOND_US / REFUSALS + 1));
    }

    /// Each of them leaves two events and is looked up by an orchestrator.
    @Test
    void aFloodThatFindsNoRoomIsTurnedAwayWithoutATraceButForFew() {
        // given
        floodersAreKnown(20, "provider");
        List<Permit> waiting = new ArrayList<>();
        for (int i = 0; i < PER_TENANT; i++) {
            waiting.add(enter("flooder" + i, "provider", 0));
        }
        int seconds = 20;

        // when
        int told = 0;
        for (int i = 0; i < 400 * seconds; i++) {
            long nowUs = i * SECOND_US / 400;
            if (turnsAway("flooder" + i % 20, "provider", nowUs) == null) {
                Permit permit = enter("flooder" + i % 20, "provider", nowUs);
                assertEquals(Failure.TRY_AGAIN_LATER, permit.refusal());
                permit.gone();
                told++;
            }
        }

        // then
        int most = REFUSALS * (RefusalRate.BURST_S + seconds) / Debts.CROWD_COSTS + 1;
        assertTrue(told <= most, told + " were told, where " + most + " may be");
        waiting.forEach(permit -> permit.ended(null, seconds * SECOND_US));
        long soonUs = seconds * SECOND_US + Debts.CROWD_COSTS * SECOND_US / REFUSALS;
        assertNull(turnsAway("flooder0", "provider", soonUs), "there is room");
        assertNull(enter("flooder0", "provider", soonUs).refusal());
    }

    @Test
    void callsThatBeginAreCountedForATenantHoweverTheyEnd() {
        // given
        floodersAreKnown(20, "provider");

        // when
        int begun = 0;
        while (turnsAway("flooder" + begun % 20, "provider", 0) == null && begun < 1_000) {
            Permit permit = enter("flooder" + begun++ % 20, "provider", 0);
            permit.opened(0);
            permit.ended(null, 0);
            permit.gone();
        }

        // then
        assertEquals(NEW_CALLS * RefusalRate.BURST_S, begun);
        assertEquals(TurnedAway.TENANT_RATE, turnsAway("flooder3", "provider", 0));
        assertNull(turnsAway("other", "provider", 0));
        assertNull(turnsAway("flooder3", "provider", SECOND_US));
    }

    @Test
    void silentSocketsOfStrangersAreCountedForTheTenantAndKeepNoKnownCallerOut() {
        // given
        floodersAreKnown(20, "provider");

        // when
        int silent = calls(20, "stranger", Failure.HANDSHAKE_TIMEOUT);

        // then
        assertEquals(Math.ceilDiv(REFUSALS * RefusalRate.BURST_S, Debts.TENANT_COSTS), silent);
        assertEquals(TurnedAway.TENANT_RATE, turnsAway("flooder0", "another stranger", 0));
        assertNull(turnsAway("flooder0", "provider", 0));
    }

    @Test
    void strangersHaveHalfOfATenantsHandshakesAndItsKnownCallersTheRest() {
        // given
        floodersAreKnown(20, "provider");

        // when
        int silent = 0;
        while (enter("flooder" + silent % 20, "stranger", 0).refusal() == null) {
            silent++;
        }

        // then
        assertEquals(PER_TENANT / 2, silent);
        assertNull(enter("flooder0", "provider", 0).refusal());
    }

    @Test
    void whoHoldsTheirPartAndKnocksOnCostsATenantsKnownCallersNothing() {
        // given
        floodersAreKnown(20, "provider");
        for (int i = 0; enter("flooder" + i % 20, "stranger", 0).refusal() == null; i++) {
            // and stays silent
        }

        // when
        int knocked = 0;
        while (turnsAway("flooder0", "stranger", 0) == null && knocked < 1_000) {
            enter("flooder" + knocked++ % 20, "stranger", 0).gone();
        }

        // then
        assertEquals(TurnedAway.TENANT_RATE, turnsAway("flooder1", "stranger", 0));
        assertNull(turnsAway("flooder0", "provider", 0));
        assertNull(enter("flooder0", "provider", 0).refusal());
    }

    @Test
    void whoCallsAgentsThatThereAreNotIsTurnedAwayWithThoseAlone() {
        // given
        isKnown("other", "provider", OTHER);

        // when
        int failed = 0;
        while (turnsAway("nobody" + failed, "provider", 0) == null && failed < 1_000) {
            Permit permit = enter("nobody" + failed++, "provider", 0);
            permit.ended(Failure.WORKFLOW_NOT_FOUND, 0);
            permit.gone();
        }

        // then
        assertEquals(REFUSALS * RefusalRate.BURST_S, failed);
        assertEquals(TurnedAway.UNKNOWN_AGENTS, turnsAway("one more", "provider", 0));
        assertNull(turnsAway("other", "provider", 0));
        assertNull(turnsAway("one more", "provider", SECOND_US));
    }

    @Test
    void agentsOfWhichNobodyKnowsWhoseTheyAreHaveHalfOfAnAddressesHandshakes() {
        // given
        isKnown("other", "provider", OTHER);

        // when
        List<Permit> greeting = new ArrayList<>();
        for (Permit next = enter("nobody", "provider", 0); next.refusal() == null; next = enter("nobody" + greeting.size(), "provider", 0)) {
            greeting.add(next);
        }

        // then
        assertEquals(PER_ADDRESS / 2, greeting.size());
        assertNull(enter("other", "provider", 0).refusal());
        greeting.getFirst().belongsTo(FLOODER, 0);
        assertNull(enter("one more", "provider", 0).refusal());
    }

    @Test
    void runningCallsThatBringTooMuchAreCountedForAllAgentsOfTheirTenant() {
        // given
        floodersAreKnown(20, "provider");

        // when
        int flooded = 0;
        while (turnsAway("flooder" + flooded % 20, "provider", 0) == null && flooded < 1_000) {
            Permit permit = enter("flooder" + flooded++ % 20, "provider", 0);
            permit.opened(0);
            permit.ended(Failure.TOO_MANY_MESSAGES, 0);
            permit.gone();
        }

        // then
        assertEquals(Math.ceilDiv(RefusalRate.BURST_S * Debts.AGENT_COSTS, Debts.TENANT_COSTS), flooded);
        assertNull(turnsAway("other", "provider", 0));
    }

    @Test
    void aCallCountsForItsTenantFromTheFirstDecisionOn() {
        // given
        Permit first = enter("new", "provider", 0);

        // when
        first.belongsTo(FLOODER, 0);

        // then
        for (int i = 1; i < PER_TENANT / 2; i++) {
            assertNull(enter("new", "provider", 0).refusal());
        }
        assertEquals(Failure.TRY_AGAIN_LATER, enter("new", "provider", 0).refusal());
    }

    /// It is so for an hour; strangers who call thousands of agents that there are not take it from nobody.
    @Test
    void whoseAnAgentIsIsKeptWhileStrangersGuess() {
        // given
        floodersAreKnown(20, "provider");

        // when
        for (int i = 0; i < 10_000; i++) {
            enter("guess" + i, "stranger", -50 * SECOND_US).gone();
        }

        // then
        assertEquals(Math.ceilDiv(REFUSALS * RefusalRate.BURST_S, Debts.TENANT_COSTS), calls(20, "provider", Failure.CONCURRENCY_LIMIT));
    }
}
