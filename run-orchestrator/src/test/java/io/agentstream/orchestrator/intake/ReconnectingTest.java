package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is read of an organisation that has no place left, while one of its calls talks.
@ExtendWith(TestPostgres.class)
final class ReconnectingTest {

    private final Tenant tenant;
    @AutoClose
    private final LoopFixture fixture;
    private CallId older;

    ReconnectingTest(Database database) {
        this.tenant = Tenant.create(database);
        this.fixture = new LoopFixture(database);
    }

    @BeforeEach
    void aCallTalksAndThereIsNoPlaceForAnother() throws Exception {
        fixture.assigned();
        tenant.limit(1);
        CallEvent.Offered offer = tenant.offer().build();
        older = offer.callId();
        fixture.add(offer);
        fixture.add(started(older, "sess-1"));
        until(() -> fixture.events(older).size() == 2);
    }

    /// Without time going by for the orchestrator: an offer of ten seconds ago is refused for that.
    private void until(BooleanSupplier holds) throws InterruptedException {
        Until.holds(fixture.loop::work, holds);
    }

    private static CallEvent.Started started(CallId call, String session) {
        return Samples.started().of(call).session(session).build();
    }

    /// A socket whose offer is being handled.
    private CallId offered() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().at(Samples.T0.plusMillis(500)).build();
        fixture.add(offer);
        fixture.loop.work();
        return offer.callId();
    }

    private Failure refusal(CallId call) {
        return ((SocketCommand.Close) fixture.commands(call).getLast()).failure();
    }

    @Test
    void aSocketThatTurnsOutToBeTheSameCallTakesItOver() throws Exception {
        CallId newer = offered();
        fixture.add(started(newer, "sess-1"));

        until(() -> fixture.commands(newer).size() == 2);

        assertEquals(
                List.of(new SocketCommand.Admit(newer, tenant.sample().organizationId()), new SocketCommand.Open(newer)),
                fixture.commands(newer));
        assertEquals(List.of("offered", "created", "started", "running"), tenant.story(newer));
        assertEquals(SocketCommand.Close.because(older, End.REPLACED), fixture.commands(older).getLast());
        assertEquals(
                List.of(RunEvent.Created.class, RunEvent.Running.class, RunEvent.Completed.class),
                fixture.events(older).stream().<Class<?>>map(RunEvent::getClass).toList());
    }

    @Test
    void oneThatNeverSaysWhoItIsIsRefusedAndNobodyWaitsWithIt() throws Exception {
        Tenant other = Tenant.create(tenant.database());
        CallId silent = offered();
        CallEvent.Offered theirs = other.offer().build();
        fixture.add(theirs);
        fixture.add(started(theirs.callId(), "sess-2"));
        until(() -> fixture.commands(theirs.callId()).size() == 2);
        until(() -> !fixture.commands(silent).isEmpty());

        assertEquals(Failure.CONCURRENCY_LIMIT, refusal(silent));
        assertEquals("concurrency_limit", tenant.run(silent).orElseThrow().failureCode());
        until(() -> fixture.greetings.size() == 0);
    }

    @Test
    void oneOfAnotherSessionIsRefused() throws Exception {
        CallId newer = offered();
        fixture.add(started(newer, "sess-9"));

        until(() -> !fixture.commands(newer).isEmpty());

        assertEquals(Failure.CONCURRENCY_LIMIT, refusal(newer));
        assertEquals(List.of("sess-1"), fixture.sessions.checked); // its provider is not asked
    }

    @Test
    void oneThatIsGoneIsARefusedRunAndNothingElse() throws Exception {
        CallId newer = offered();
        fixture.add(Samples.failed(newer, Samples.T0.plusSeconds(1), Failure.ABANDONED));

        until(() -> tenant.story(newer).size() == 4);

        assertEquals(Failure.CONCURRENCY_LIMIT, refusal(newer));
        assertEquals(List.of("offered", "created", "failed", "ended"), tenant.story(newer));
    }

    @Test
    void whatIsNotDecidedWhenThePartitionGoesIsLeftToItsNextOwner() throws Exception {
        CallId newer = offered();

        fixture.consumer.rebalance(List.of());

        assertTrue(fixture.executor.awaitIdle(Duration.ofSeconds(10)));
        assertTrue(tenant.run(newer).isEmpty());
        assertEquals(List.of(), fixture.commands(newer));
    }

    @Test
    void whatIsNotDecidedWhenWeStopIsLeftToTheNextOwner() throws Exception {
        CallId newer = offered();

        fixture.loop.onClose();

        assertTrue(tenant.run(newer).isEmpty());
        assertEquals(List.of(), fixture.commands(newer));
    }
}
