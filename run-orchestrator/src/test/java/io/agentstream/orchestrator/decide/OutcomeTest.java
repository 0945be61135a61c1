package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a call achieved is said by its agent's definition, and is another thing than how it ended.
@ExtendWith(TestPostgres.class)
final class OutcomeTest {

    private final Tenant tenant;
    private final TenantCalls calls;
    private final CallId call;

    OutcomeTest(Database database) throws InterruptedException {
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        database.withConnection(c -> Sql.update(
                c,
                """
                update agent_versions v
                   set definition = '{"engine":"scripted","nodes":{"a":{},"b":{"outcome":"booked"},"c":{"outcome":"cancelled"}}}'
                  from agents a where a.id = v.agent_id and a.organization_id = ?
                """,
                tenant.sample().organizationId()));
        call = calls.running("sess-1");
    }

    private void entered(long number, String node) throws InterruptedException {
        calls.decisions().said(
                new ConversationEvent.NodeEntered(call, number, 2, TenantCalls.NOW, node, 1),
                new Source("conversation.events.v1", 0, number));
    }

    private String outcome() {
        return tenant.run(call).orElseThrow().outcome();
    }

    @Test
    void theLastNodeThatSaysSomethingCountsAndIsSaidWithTheEnd() throws InterruptedException {
        entered(1, "a");
        assertNull(outcome());
        entered(2, "b");
        entered(3, "c");
        entered(4, "a");

        Decision end = calls.ended(call, End.CALLER_HANGUP);

        assertEquals("cancelled", outcome());
        assertEquals("cancelled", ((RunEvent.Completed) end.events().getFirst()).outcome());
    }

    /// A tool may achieve something where the node itself says nothing of it.
    @Test
    void whatTheConversationSaysComesBeforeWhatTheDefinitionSaysOfTheNode() throws InterruptedException {
        calls.decisions().said(
                new ConversationEvent.NodeEntered(call, 1, 2, TenantCalls.NOW, "b", 1, "answered"),
                new Source("conversation.events.v1", 0, 1));

        assertEquals("answered", outcome());
    }

    @Test
    void whatIsReadAgainChangesNothing() throws InterruptedException {
        entered(1, "b");
        entered(2, "c");

        entered(1, "b");

        assertEquals("cancelled", outcome());
    }

    @Test
    void aNodeThatIsHeardOfAfterTheEndCountsToo() throws InterruptedException {
        calls.ended(call, End.CALLER_HANGUP);

        entered(1, "b");

        assertEquals("booked", outcome());
    }
}
