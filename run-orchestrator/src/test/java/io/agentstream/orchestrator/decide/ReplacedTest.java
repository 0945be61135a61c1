package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One session of the provider has one live run: the one of its newest socket.
@ExtendWith(TestPostgres.class)
final class ReplacedTest {

    private final Tenant tenant;
    private final TenantCalls calls;

    ReplacedTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    private CallId offered(Duration after) {
        CallEvent.Offered offer = tenant.offer().at(Samples.T0.plus(after)).build();
        calls.offer(offer);
        return offer.callId();
    }

    private Decision begin(CallId call) throws InterruptedException {
        return calls.start(Samples.started().of(call).session("sess-7").build(), Session.LIVE);
    }

    private Runs.Run run(CallId call) {
        return tenant.run(call).orElseThrow();
    }

    @Test
    void aSecondSocketTakesTheCallOver() throws InterruptedException {
        tenant.limit(1);
        CallId older = offered(Duration.ZERO);
        CallId newer = offered(Duration.ofMillis(500));
        begin(older);

        Decision decision = begin(newer);

        assertEquals("running", decision.outcome());
        Decision replaced = decision.also().getFirst();
        assertEquals(List.of(SocketCommand.Close.because(older, End.REPLACED)), replaced.commands());
        assertTrue(replaced.hangUp().isEmpty());
        assertEquals("replaced", run(older).endBy());
        assertEquals("provider", run(older).disconnectedBy());
        assertEquals(1000, run(older).closeCode());
        assertEquals(RunState.RUNNING, run(newer).state());
        assertEquals(List.of("offered", "created", "started", "running", "completed"), tenant.story(older));
    }

    @Test
    void whichSocketIsNewerIsNotForTheGatewaysClocksToSay() throws InterruptedException {
        CallId older = offered(Duration.ofMillis(1_900)); // at a gateway whose clock is ahead
        CallId newer = offered(Duration.ofMillis(0));
        begin(older);

        Decision decision = begin(newer);

        assertEquals("running", decision.outcome());
        assertEquals("replaced", run(older).endBy());
        assertEquals(RunState.RUNNING, run(newer).state());
    }

    @Test
    void aDeadSocketWhoseOfferIsHandledLateTakesNoCallOver() throws InterruptedException {
        CallId live = offered(Duration.ofSeconds(5));
        CallId dead = offered(Duration.ZERO); // before that, and its partition stood still
        begin(live);

        Decision decision = begin(dead);

        assertEquals(List.of(SocketCommand.Close.because(dead, End.REPLACED)), decision.commands());
        assertEquals("replaced", run(dead).endBy());
        assertEquals(RunState.RUNNING, run(live).state());
    }

    @Test
    void eachSaysWhichTheOtherIs() throws InterruptedException {
        CallId older = offered(Duration.ZERO);
        CallId late = offered(Duration.ofMillis(250));
        CallId newer = offered(Duration.ofMillis(500));
        begin(older);

        Decision decision = begin(newer);
        Decision overtaken = begin(late);

        assertEquals(older, ((RunEvent.Running) decision.events().getFirst()).replaces());
        assertEquals(newer, ((RunEvent.Completed) decision.also().getFirst().events().getFirst()).replacedBy());
        assertEquals(newer, ((RunEvent.Completed) overtaken.events().getFirst()).replacedBy());
    }

    @Test
    void theOldSocketsOwnEndComesToNothing() throws InterruptedException {
        CallId older = offered(Duration.ZERO);
        CallId newer = offered(Duration.ofMillis(500));
        begin(older);
        begin(newer);
        Runs.Run before = run(older);

        Decision decision = calls.end(older, Duration.ofSeconds(1), End.REPLACED);

        assertTrue(decision.isEmpty());
        assertEquals(before, run(older));
        assertEquals(RunState.RUNNING, run(newer).state());
    }

    @Test
    void whatTheOldSocketSaidComesAgainAndReplacesNothing() throws InterruptedException {
        CallId older = offered(Duration.ZERO);
        CallId newer = offered(Duration.ofMillis(500));
        begin(older);
        begin(newer);

        begin(older);

        assertEquals(RunState.RUNNING, run(newer).state());
        assertEquals("replaced", run(older).endBy());
    }

    @Test
    void theOlderSocketIsProvedLastAndEndsAtOnce() throws InterruptedException {
        CallId older = offered(Duration.ZERO);
        CallId newer = offered(Duration.ofMillis(500));
        begin(newer);

        Decision decision = begin(older);

        assertEquals(List.of(SocketCommand.Close.because(older, End.REPLACED)), decision.commands());
        assertEquals("replaced", run(older).endBy());
        assertEquals(0, run(older).cost().signum());
        assertEquals(RunState.RUNNING, run(newer).state());
    }

    @Test
    void aSocketThatIsNotProvedReplacesNothing() throws InterruptedException {
        CallId older = offered(Duration.ZERO);
        CallId newer = offered(Duration.ofMillis(500));
        begin(older);

        calls.start(Samples.started().of(newer).session("sess-7").build(), Session.NOT_CONFIRMED);

        assertEquals(RunState.RUNNING, run(older).state());
        assertEquals(RunState.FAILED, run(newer).state());
    }

    @Test
    void anotherOrganisationsSessionOfThatNameIsAnother() throws InterruptedException {
        CallId ours = calls.running("sess-shared");
        TenantCalls others = new TenantCalls(Tenant.create(tenant.database()));

        others.running("sess-shared");

        assertNull(run(ours).endBy());
        assertEquals(RunState.RUNNING, run(ours).state());
    }

    @RepeatedTest(20)
    void ofSeveralAtOnceTheNewestLives() throws Exception {
        List<CallId> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(offered(Duration.ofMillis(100L * i)));
        }
        List<Callable<Decision>> starts = new ArrayList<>();
        for (CallId socket : sockets) {
            starts.add(() -> begin(socket));
            starts.add(() -> begin(socket)); // and again
        }
        Collections.shuffle(starts);

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Decision> one : threads.invokeAll(starts)) {
                one.get();
            }
        }

        assertEquals(RunState.RUNNING, run(sockets.getLast()).state());
        for (CallId older : sockets.subList(0, 3)) {
            assertEquals("replaced", run(older).endBy());
        }
    }
}
