package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is decided when a call is offered.
@ExtendWith(TestPostgres.class)
final class OfferDecisionsTest {

    private final Tenant tenant;
    private final TenantCalls calls;

    OfferDecisionsTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @Test
    void admitsACallWithARun() {
        CallEvent.Offered offer = tenant.offer().externalCallId("theirs").from("+1555").build();

        Decision decision = calls.offer(offer);

        Runs.Run run = tenant.run(offer.callId()).orElseThrow();
        assertEquals(List.of(new SocketCommand.Admit(offer.callId(), tenant.sample().organizationId())), decision.commands());
        assertEquals(3, decision.slot());
        RunEvent.Created created = (RunEvent.Created) decision.events().getFirst();
        assertEquals(run.name(), created.run().name());
        assertTrue(run.name().matches("WR-AGS-[0-9]{8}"), run.name());
        assertEquals(RunState.INITIALIZED, run.state());
        assertEquals("theirs", run.gatheredContext().get("call_id").stringValue());
        assertEquals("+1555", run.initialContext().get("caller_number").stringValue());
        assertEquals(List.of("offered", "created"), tenant.story(offer.callId()));
    }

    @Test
    void aRedeliveredOfferDecidesNothing() {
        CallEvent.Offered offer = tenant.offer().build();
        Decision first = calls.offer(offer);

        Decision second = calls.decisions().offered(offer, calls.source(), () -> NOW.plusSeconds(3_600));

        assertTrue(second.isEmpty());
        assertTrue(second.repeated());
        assertEquals(first.written().says(), second.written().earlier()); // which may not be said yet
        assertEquals(1, tenant.runs().size());
    }

    @Test
    void whatANewerVersionRefusedForACauseOfItsOwnIsRefusedAgain() {
        CallEvent.Offered offer = tenant.offer().build();
        tenant.database().withConnection(c -> Sql.update(
                c, "insert into refused_calls (call_id, failure, refused_at) values (?, 'INVENTED_LATER', now())", offer.callId().value()));

        Decision decision = calls.offer(offer);

        assertEquals(Failure.OTHER, TenantCalls.failure(decision));
        assertEquals(Optional.empty(), tenant.run(offer.callId()));
    }

    @Test
    void anUnknownAgentGetsNoRunAndIsRefusedAgainWhenItExistsByThen() {
        CallEvent.Offered offer = tenant.offer().agent(UUID.randomUUID()).build();
        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(calls.offer(offer)));

        CallEvent.Offered sameCall = tenant.offer().of(offer.callId()).build();
        Decision again = calls.offer(sameCall);

        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(again));
        assertEquals(List.of(), again.events());
        assertEquals(List.of(), tenant.runs());
    }

    @Test
    void anArchivedAgentIsUnknown() {
        tenant.database().inTransaction(c -> Agents.archive(c, tenant.sample().organizationId(), tenant.sample().agentUuid()));

        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(calls.offer(tenant.offer().build())));
    }

    @Test
    void aCallNeedsTenCents() {
        tenant.credits("0.0999");
        CallEvent.Offered refused = tenant.offer().build();
        Decision decision = calls.offer(refused);
        tenant.credits("0.10");
        Decision admitted = calls.offer(tenant.offer().build());

        assertEquals(Failure.QUOTA_EXCEEDED, failure(decision));
        assertEquals(2, decision.events().size());
        Runs.Run run = tenant.run(refused.callId()).orElseThrow();
        assertEquals("quota_exceeded", run.failureCode());
        assertEquals("Quota exceeded", run.failureReason());
        assertEquals("admitted", admitted.outcome());
    }

    @Test
    void aSuspendedOrganisationHasNoNewCallsFromTheNextOneOn() {
        calls.offer(tenant.offer().build());
        tenant.suspended(true);
        CallEvent.Offered refused = tenant.offer().build();

        Decision decision = calls.offer(refused);

        assertEquals(Failure.SUSPENDED, failure(decision));
        Runs.Run run = tenant.run(refused.callId()).orElseThrow();
        assertEquals("suspended", run.failureCode());
        assertEquals("Organization suspended", run.failureReason());
        tenant.suspended(false);
        assertEquals("admitted", calls.offer(tenant.offer().build()).outcome());
    }

    @Test
    void aRefusedOfferThatComesAgainStaysRefused() {
        tenant.credits("0");
        CallEvent.Offered offer = tenant.offer().build();
        Decision first = calls.offer(offer);
        tenant.credits("5");

        Decision second = calls.offer(offer);

        assertEquals(Failure.QUOTA_EXCEEDED, failure(first));
        assertTrue(second.isEmpty());
        assertEquals("quota_exceeded", tenant.run(offer.callId()).orElseThrow().failureCode());
    }

    @Test
    void domainsOfOtherOrganisationsAreUnknown() {
        Tenant.create(tenant.database()).addAccount("other.cloudonix.net", true);

        Decision decision = calls.offer(tenant.offer().domain("other.cloudonix.net").build());

        assertEquals(Failure.UNKNOWN_DOMAIN, failure(decision));
        assertEquals(
                "Unknown Cloudonix domain: other.cloudonix.net",
                ((SocketCommand.Close) decision.commands().getLast()).reason());
    }

    @Test
    void refusesWhatIsKnownOfTheDomainAtOnce() {
        tenant.addAccount("bare.cloudonix.net", false);

        assertEquals(Failure.MISSING_BEARER_TOKEN, failure(calls.offer(tenant.offer().domain("bare.cloudonix.net").build())));
        assertEquals(Failure.UNKNOWN_DOMAIN, failure(calls.offer(tenant.offer().domain("no such name").build())));
        assertEquals("admitted", calls.offer(tenant.offer().domain(null).build()).outcome());
    }

    @Test
    void anOfferThatIsTooOldNeverOpensARun() {
        CallEvent.Offered offer = tenant.offer().build();

        Decision decision = calls.decisions().offered(offer, calls.source(), () -> offer.at().plusSeconds(11));

        assertEquals(Failure.INTERNAL_ERROR, failure(decision));
        assertEquals("internal_error", tenant.run(offer.callId()).orElseThrow().failureCode());
    }
}
