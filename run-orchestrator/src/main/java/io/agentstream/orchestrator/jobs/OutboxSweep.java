package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says what somebody decided and did not come to say. Only the loop, which may wait for Kafka. What cannot be said of one call, be it
/// that nobody here can read it or that its partition has no leader, is put off and keeps nothing else from being said.
public final class OutboxSweep implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(OutboxSweep.class);

    private static final long PERIOD_MS = 1_000;
    private static final int CALLS_AT_ONCE = 100;

    /// So many calls in a row that Kafka does not take: then it takes none.
    private static final int NOT_TAKEN = 3;

    private final Hands hands;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final Bell wake = new Bell();

    /// What it works with.
    public record Hands(Database database, Unsaid unsaid, Said said, Announcer announcer, Metrics metrics) {}

    /// @param ready whether database and Kafka answer
    public OutboxSweep(Hands hands, BooleanSupplier ready, InstantSource clock) {
        this.hands = hands;
        this.ready = ready;
        this.clock = clock;
    }

    @Override
    public String role() {
        return "orchestrator-outbox-sweep";
    }

    @Override
    public void work() throws InterruptedException {
        if (!wake.await(PERIOD_MS) && ready.getAsBoolean()) {
            pass();
        }
    }

    /// One pass without the waiting.
    void pass() throws InterruptedException {
        int notTaken = 0;
        try {
            for (UUID call : hands.database().withConnection(c -> Outbox.takeUnsaid(c, CALLS_AT_ONCE))) {
                notTaken = isSaid(new CallId(call)) ? 0 : notTaken + 1;
                if (notTaken == NOT_TAKEN) {
                    return;
                }
            }
        } catch (DatabaseException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("the outbox has to wait");
        }
    }

    /// False where Kafka does not take it now.
    private boolean isSaid(CallId call) throws InterruptedException {
        try {
            say(call);
        } catch (NotNowException notTaken) {
            log.atWarn().addKeyValue("call", call).addKeyValue("failure", Causes.of(notTaken)).log("not said yet");
            return false;
        } catch (UndeliverableException never) { // it is given up by now
            log.atError().addKeyValue("call", call).setCause(never).log("a decision can never be said");
        } catch (RefusedByKafkaException nobody) {
            throw nobody;
        } catch (RuntimeException failure) {
            if (failure instanceof DatabaseException away && away.isTransient()) {
                throw away;
            }
            // Perhaps a newer version's, which says it.
            log.atError()
                    .addKeyValue("call", call)
                    .addKeyValue("failure", Causes.ofAny(failure))
                    .log("a decision cannot be said by this process");
        }
        return true;
    }

    private void say(CallId call) throws InterruptedException {
        Decision decision = hands.unsaid().of(call, hands.said()::knows, clock);
        if (decision.isEmpty()) { // said meanwhile
            hands.said().add(decision.written().says());
            return;
        }
        hands.metrics().counter("agent_stream_orchestrator_outbox_swept").increment();
        log.atWarn().addKeyValue("call", call).log("saying what was decided and perhaps not said");
        hands.announcer().announce(decision);
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }
}
