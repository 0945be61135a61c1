package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.simulator.caller.RawWebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Three brokers, of which one is dead or stands still, or two are away.
@WholeMachine
@Drill
@Order(Turn.LONGEST_OF_WHOLE_MACHINE)
final class ClusterTest {

    private static final Duration VERDICT = Duration.ofMillis(SharedSystem.COLD_HANDSHAKE_MS + 20_000);

    private static final int FRAMES_A_SECOND = 50;

    /// How long a record cannot be kept: longer than a quiet call is waited for, and longer than records of workers and orchestrators are
    /// tried to be written.
    private static final Duration OUTAGE = Duration.ofSeconds(40);

    /// Calls hear each answer through this broker.
    private static final int LEADER = 3;

    private static final List<Integer> OTHERS = List.of(1, 2);

    /// What is true while only one is left, and with all of them again.
    private static void twoAreAway(ClusterSystem system, EchoCall stays, EchoCall leaves) throws Exception {
        OTHERS.forEach(system.kafka()::kill);
        long awaySinceNs = System.nanoTime();

        // the services say why, new calls are refused, and of those that are there none is given up
        for (String service : system.services()) {
            Api.awaitNotReady(service, "replicas");
        }
        leaves.awaitHeard(FRAMES_A_SECOND);
        system.hangUp(leaves);
        assertRefused(system);
        do {
            stays.awaitHeard(FRAMES_A_SECOND);
        } while (System.nanoTime() - awaySinceNs < OUTAGE.toNanos());
        for (int id : OTHERS) {
            system.kafka().startBroker(id);
        }
        system.awaitReady();
    }

    @Test
    void callsOutliveABroker() throws Exception {
        try (ClusterSystem system = ClusterSystem.start(Set.of(), LEADER)) {
            // given
            EchoCall one = system.talking();
            EchoCall other = system.talking();

            // when
            system.kafka().kill(LEADER);

            // then they go on, without hearing anything twice, and so do new ones
            one.awaitHeard(FRAMES_A_SECOND);
            other.awaitHeard(FRAMES_A_SECOND);
            report("a broker is killed", one);
            system.talkingAsSoonAsPossible();
            system.endAll();
        }
    }

    @Test
    @Tag("ci")
    void callsOutliveABrokerThatStandsStillAndGoesOn() throws Exception {
        try (ClusterSystem system = ClusterSystem.start(Set.of(LEADER), LEADER)) {
            // given
            EchoCall one = system.talking();
            EchoCall other = system.talking();

            // when
            system.kafka().freeze(LEADER);

            // then they go on without it, and so do new ones
            one.awaitHeard(FRAMES_A_SECOND);
            other.awaitHeard(FRAMES_A_SECOND);
            report("a broker is frozen", one);
            system.talkingAsSoonAsPossible();

            // and when it goes on, believing that it leads, then nobody believes it
            system.kafka().thaw(LEADER);
            system.awaitReady();
            one.awaitHeard(2 * FRAMES_A_SECOND);
            system.talkingAsSoonAsPossible();
            system.endAll();
        }
    }

    @Test
    void whereTooFewBrokersAreLeftToKeepARecordCallsGoOnAndNewOnesAreRefused() throws Exception {
        try (ClusterSystem system = ClusterSystem.start(Set.of(), LEADER)) {
            EchoCall stays = system.talking();
            EchoCall leaves = system.talking();

            twoAreAway(system, stays, leaves);

            system.talkingAsSoonAsPossible();
            system.endAll();
        }
    }

    private static void report(String what, EchoCall call) {
        System.out.println(what + ": silent for " + call.longestSilenceMs() + " ms, then " + call.behindMs() + " ms behind");
    }

    private static void assertRefused(ClusterSystem system) throws Exception {
        Attempt attempt = new Attempt(system.system(), system.agent());
        try (RawWebSocket socket = RawWebSocket.open(attempt.uri())) {
            socket.text(attempt.first.orElseThrow());
            socket.text(attempt.start());
            RawWebSocket.Farewell farewell = socket.awaitFarewell(VERDICT, true);
            assertEquals(1011, farewell.code());
            assertEquals("Internal server error", farewell.reason());
        }
    }
}
