package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is decided when a call has said who it is.
@ExtendWith(TestPostgres.class)
final class StartDecisionsTest {

    private final Tenant tenant;
    private final TenantCalls calls;

    StartDecisionsTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @Test
    void aProvedCallIsRunning() throws InterruptedException {
        CallId call = calls.admitted();

        Decision decision = calls.start(call);

        assertEquals(List.of(new SocketCommand.Open(call)), decision.commands());
        RunEvent.Running running = (RunEvent.Running) decision.events().getFirst();
        assertEquals("echo", running.definition().get("engine").stringValue());
        assertEquals("cloudonix", running.initialContext().get("provider").stringValue());
        assertEquals(2, running.after());
        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals(RunState.RUNNING, run.state());
        assertEquals(NOW, run.startedAt());
        assertEquals("call-1", run.gatheredContext().get("cloudonix_call_sid").stringValue());
        assertEquals(List.of("offered", "created", "started", "running"), tenant.story(call));
    }

    @Test
    void aRedeliveredStartDecidesNothing() throws InterruptedException {
        CallId call = calls.admitted();
        Decision first = calls.start(call);

        Decision second = calls.start(Samples.started().of(call).build(), Session.NOT_ASKED);

        assertTrue(second.isEmpty());
        assertTrue(second.repeated());
        assertTrue(second.written().earlier().containsAll(first.written().says())); // which may not be said yet
    }

    @Test
    void refusesByPrecedenceAtTheProof() throws InterruptedException {
        CallEvent.Started noSid = Samples.started().of(calls.admitted()).callSid(null).build();
        CallId noDomain = calls.offerWithoutDomain();
        CallId wrongDomain = calls.offerWithoutDomain();

        assertEquals(Failure.MISSING_STREAM_IDENTIFIERS, failure(calls.start(noSid, Session.NOT_ASKED)));
        assertEquals(Failure.SESSION_INVALID, failure(calls.start(Samples.started().of(calls.admitted()).build(), Session.NOT_CONFIRMED)));
        assertEquals(
                Failure.MISSING_DOMAIN,
                failure(calls.start(Samples.started().of(noDomain).domain(null).callSid(null).build(), Session.NOT_ASKED)));
        assertEquals(
                Failure.UNKNOWN_DOMAIN,
                failure(calls.start(Samples.started().of(wrongDomain).domain("x.cloudonix.net").callSid(null).build(), Session.NOT_ASKED)));
        assertEquals("missing_domain", tenant.run(noDomain).orElseThrow().failureCode());
        assertEquals("malformed_handshake", tenant.run(noSid.callId()).orElseThrow().failureCode());
    }

    @Test
    void textThatPostgresCannotHoldFailsItsOwnCallOnly() throws InterruptedException {
        String nul = "a\0b\ud800";
        CallEvent.Offered offer = tenant.offer().domain(null).externalCallId(nul).from(nul).build();
        calls.offer(offer);
        CallEvent.Started start = Samples.started()
                .of(offer.callId()).callSid(nul).session(nul).context(nul).parameters(Map.of(nul, nul)).build();
        CallEvent.Offered badDomain = tenant.offer().domain(nul + ".net").build();

        assertEquals(Failure.SESSION_INVALID, failure(calls.start(start, Session.NOT_CONFIRMED)));
        assertEquals(Failure.UNKNOWN_DOMAIN, failure(calls.offer(badDomain)));
    }

    @Test
    void aCallThatEndsMakesRoom() throws InterruptedException {
        tenant.limit(1);
        CallId first = calls.admitted();
        CallId second = calls.admitted();
        calls.start(first);
        calls.end(first, Duration.ofSeconds(5), End.CALLER_HANGUP);

        assertEquals("running", calls.start(second).outcome());
    }

    @Test
    void theStoryDoesNotShowTheAgent() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        calls.offer(offer);
        calls.start(offer.callId());

        Set<String> payloads = Set.copyOf(tenant.database().withConnection(c -> Sql.query(
                c, "select payload::text from run_events e join runs r on r.id = e.run_id where r.call_id = ?",
                row -> row.getString(1), offer.callId().value())));
        for (String payload : payloads) {
            assertFalse(payload.contains(offer.agentDigest()), payload);
            assertFalse(payload.contains(tenant.sample().agentUuid().toString()), payload);
        }
    }
}
