package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.UndeliverableException;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends runs of calls, one by one, and says so. One that cannot be ended keeps no other from it: it is tried again after a minute. Only the
/// reaper's loop.
final class RunCloser {

    private static final Logger log = LoggerFactory.getLogger(RunCloser.class);

    private static final Duration BROKEN_AGAIN = Duration.ofMinutes(1);

    /// So many ends in a row that Kafka does not take: then it takes none. They stand in the outbox.
    private static final int NOT_TAKEN = 3;

    private final Announcer announcer;
    private final Metrics metrics;
    private final InstantSource clock;
    private final EndsUnderWay ends;

    /// Calls whose runs cannot be ended for reasons of their own, and when it is tried again.
    private final Map<UUID, Instant> broken = new HashMap<>();

    /// @param ends calls of which their gateway has said how they ended, which is theirs to say
    RunCloser(Announcer announcer, Metrics metrics, InstantSource clock, EndsUnderWay ends) {
        this.announcer = announcer;
        this.metrics = metrics;
        this.clock = clock;
        this.ends = ends;
    }

    /// Whether what a call is to be ended for still holds; the first that does not ends the round.
    @FunctionalInterface
    interface Still {
        boolean holds(CallId call) throws InterruptedException;
    }

    /// @param why as the metric and the log have it
    /// @throws NotNowException where Kafka or the database takes nothing
    void close(List<UUID> calls, String why, Still still, Function<CallId, Decision> closing)
            throws InterruptedException {
        int notTaken = 0;
        Instant now = clock.instant();
        broken.values().removeIf(again -> !again.isAfter(now));
        for (UUID id : calls) {
            CallId call = new CallId(id);
            if (broken.containsKey(id)) {
                continue;
            }
            if (!still.holds(call)) {
                return;
            }
            if (ends.isUnderWay(call)) {
                continue;
            }
            Optional<Decision> decision = decided(call, closing);
            if (decision.isPresent() && !decision.get().isEmpty()) {
                metrics.counter("agent_stream_orchestrator_reaped", "why", why).increment();
                log.atWarn().addKeyValue("call", id).addKeyValue("why", why).log("closing a run");
                notTaken = isTaken(decision.get()) ? 0 : notTaken + 1;
                if (notTaken == NOT_TAKEN) {
                    throw new NotNowException("Kafka does not take what is decided", null);
                }
            }
        }
    }

    /// A run that cannot be ended keeps no other from it. Nothing where it cannot.
    private Optional<Decision> decided(CallId call, Function<CallId, Decision> closing) {
        try {
            return Optional.of(closing.apply(call));
        } catch (RuntimeException failure) {
            if (failure instanceof NotNowException || (failure instanceof DatabaseException away && away.isTransient())) {
                throw failure;
            }
            metrics.counter("agent_stream_orchestrator_not_reaped").increment();
            log.atError()
                    .addKeyValue("call", call)
                    .addKeyValue("failure", Causes.ofAny(failure))
                    .log("a run cannot be ended, and stays open");
            broken.put(call.value(), clock.instant().plus(BROKEN_AGAIN));
            return Optional.empty();
        }
    }

    /// What Kafka does not take now is said by whoever sweeps the outbox.
    private boolean isTaken(Decision decision) throws InterruptedException {
        try {
            announcer.announce(decision);
        } catch (NotNowException notNow) {
            log.atWarn().addKeyValue("call", decision.callId()).addKeyValue("failure", Causes.of(notNow)).log("not said yet");
            return false;
        } catch (UndeliverableException never) { // the run is closed all the same
            metrics.counter("agent_stream_orchestrator_unsaid").increment();
            log.atError().addKeyValue("call", decision.callId()).setCause(never).log("the end of a run can never be said");
        }
        return true;
    }
}
