package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Runs that nobody holds a conversation with.
final class UnattendedTest extends ReapedRuns {

    UnattendedTest(Database database) {
        super(database);
    }

    @Test
    void closesARunThatGetsNoConversationAndChargesNothing() throws InterruptedException {
        tenant.credits("1");
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        CallId answered = running();
        began(answered);

        goOn(Duration.ofSeconds(4));
        assertEquals(RunState.RUNNING, state(call));
        goOn(Duration.ofSeconds(3));

        assertEquals("internal_error", failure(call));
        assertEquals(RunState.RUNNING, state(answered));
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
        assertEquals(5, producer.history().size()); // what nobody said of the run, its definition, its end, the close for the gateway
    }

    @Test
    void leavesARunOfWhichAnOlderOrchestratorKeptWhatWasSaid() throws InterruptedException {
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        said(new ConversationEvent.Said(call, 1, 3, now, 1, "Hello.", 900, true, null));
        tenant.database().withConnection(c -> Sql.update(
                c, "update runs set conversation_at = null where call_id = ?", call.value())); // it knows no such column

        goOn(Duration.ofSeconds(30));

        assertEquals(RunState.RUNNING, state(call));
        assertTrue(decisions.neverBegan(call, () -> now).isEmpty());
    }

    @Test
    void aConversationHasItsTimeFromWhenItWasSaidThatTheCallMayTalk() throws InterruptedException {
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        hearing.beginnings().starting(call);
        goOn(Duration.ofSeconds(12)); // Kafka does not take what was decided
        hearing.beginnings().started(call, now);

        goOn(Duration.ofSeconds(4));
        assertEquals(RunState.RUNNING, state(call));
        goOn(Duration.ofSeconds(3));

        assertEquals("internal_error", failure(call));
    }

    @Test
    void endsNoMoreCallsOnceAWorkerIsBack() throws InterruptedException {
        tenant.limit(30);
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            calls.add(running());
            began(calls.getLast());
        }
        goOn(Duration.ofSeconds(10));
        watch.workers = Optional.of(false);
        watch.beforeAnswer = () -> {
            if (calls.stream().anyMatch(call -> state(call) == RunState.FAILED)) {
                watch.workers = Optional.of(true);
            }
        };

        goOn(Duration.ofSeconds(30));

        assertEquals(20, calls.stream().filter(call -> state(call) == RunState.FAILED).count());
    }

    @Test
    void leavesARunWhoseConversationIsBeingNoted() throws InterruptedException {
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        hearing.beginnings().read(call, now);

        goOn(Duration.ofSeconds(30));

        assertEquals(RunState.RUNNING, state(call));
    }

    @Test
    void doesNotMissAConversationThatItHasNotReadOf() throws InterruptedException {
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        watch.ends.put(conversations, 1L); // it began; the record is not read yet

        goOn(Duration.ofSeconds(30));

        assertEquals(RunState.RUNNING, state(call));
    }

    /// Its caller has hung up, which is not read yet: that nobody came is not what ended it.
    @Test
    void doesNotEndACallWhoseEndItHasNotReadOf() throws InterruptedException {
        goOn(Duration.ofSeconds(10));
        CallId call = running();
        CallId answered = running();
        began(answered);
        watch.ends.put(lifecycle, 1L);
        watch.workers = Optional.of(false);

        goOn(Duration.ofSeconds(40));

        assertEquals(List.of(RunState.RUNNING, RunState.RUNNING), List.of(state(call), state(answered)));
    }

    @Test
    void closesCallsUnderWayOnceThereHasBeenNoWorkerForTooLong() throws InterruptedException {
        tenant.credits("1");
        CallId call = running();
        began(call);
        goOn(Duration.ofSeconds(10));

        watch.workers = Optional.of(false);
        goOn(Duration.ofSeconds(18));
        assertEquals(RunState.RUNNING, state(call));
        goOn(Duration.ofSeconds(6));

        assertEquals("internal_error", failure(call));
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    /// It is known of it when it comes: its own time, five seconds here, need not pass.
    @Test
    void aCallThatComesWhenThereHasLongBeenNoWorkerIsClosedSoon() throws InterruptedException {
        tenant.credits("1");
        watch.workers = Optional.of(false);
        goOn(Duration.ofSeconds(25));
        CallId call = runningNow();

        goOn(Duration.ofSeconds(1));
        assertEquals(RunState.RUNNING, state(call));
        goOn(Duration.ofSeconds(3));

        assertEquals("internal_error", failure(call));
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    @Test
    void aWorkerThatComesBackInTimeKeepsItsCalls() throws InterruptedException {
        CallId call = running();
        began(call);
        goOn(Duration.ofSeconds(10));

        for (int i = 0; i < 3; i++) {
            watch.workers = Optional.of(false);
            goOn(Duration.ofSeconds(15));
            watch.workers = i == 1 ? Optional.empty() : Optional.of(true); // Kafka does not say: nobody is gone for good
            goOn(Duration.ofSeconds(3));
            hearing.heartbeats().heard(call, now);
        }
        goOn(Duration.ofSeconds(10));

        assertEquals(RunState.RUNNING, state(call));
    }
}
