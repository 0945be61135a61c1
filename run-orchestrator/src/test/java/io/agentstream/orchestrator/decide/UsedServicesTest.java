package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A run has the sum of what its conversation tells of its services.
@ExtendWith(TestPostgres.class)
final class UsedServicesTest {

    private final Database database;
    private final Tenant tenant;
    private final TenantCalls calls;
    private final CallId call;

    UsedServicesTest(Database database) throws InterruptedException {
        this.database = database;
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
        this.call = calls.running("sess-1");
    }

    private static ServiceUse brain(long requests, long tokens) {
        return new ServiceUse(Role.BRAIN, "openai", "m-1", false, requests, 0, tokens, tokens / 2, 12, 0, 0, 0, 0);
    }

    private static ServiceUse mouth(boolean fallback, long characters) {
        return new ServiceUse(Role.MOUTH, "openai", "tts", fallback, 1, 0, 0, 0, 0, 0, 0, characters, 10 * characters);
    }

    private void told(long number, int epoch, ServiceUse... uses) throws InterruptedException {
        calls.decisions().said(
                new ConversationEvent.Used(call, number, 2, TenantCalls.NOW, List.of(uses), epoch),
                new Source("conversation.events.v1", 0, 100L * epoch + number));
    }

    private List<ServiceUse> services() {
        long id = tenant.run(call).orElseThrow().id();
        Runs.Run run = database.withConnection(c -> Runs.find(c, tenant.sample().organizationId(), id)).orElseThrow();
        return List.of(Json.MAPPER.treeToValue(run.services(), ServiceUse[].class));
    }

    @Test
    void aRunOfWhichNothingIsToldHasUsedNothing() {
        assertEquals(List.of(), services());
    }

    @Test
    void whatIsToldIsSummedUpByServiceAndOnceHoweverOftenItIsRead() throws InterruptedException {
        told(1, 1, brain(2, 200), mouth(false, 30));
        told(2, 1, mouth(false, 12), mouth(true, 5));
        told(1, 1, brain(2, 200), mouth(false, 30));
        told(2, 1, mouth(false, 12), mouth(true, 5));

        assertEquals(
                List.of(
                        brain(2, 200), new ServiceUse(Role.MOUTH, "openai", "tts", false, 2, 0, 0, 0, 0, 0, 0, 42, 420), mouth(true, 5)),
                services());
    }

    /// The worker that goes on numbers its events as the one before did.
    @Test
    void whatTheNextWorkerUsesIsAddedAlsoAfterTheEnd() throws InterruptedException {
        told(7, 1, brain(1, 100));
        told(7, 3, brain(1, 60));
        calls.ended(call, End.CALLER_HANGUP);
        told(8, 3, brain(1, 40));

        assertEquals(List.of(new ServiceUse(Role.BRAIN, "openai", "m-1", false, 3, 0, 200, 100, 36, 0, 0, 0, 0)), services());
    }

    @Test
    void aWorkerThatHasLostTheCallIsNotBelieved() throws InterruptedException {
        told(1, 3, brain(1, 60));
        told(2, 1, brain(1, 100));

        assertEquals(List.of(brain(1, 60)), services());
    }

    @Test
    void ofMoreServicesThanAnAgentCanHaveThereIsOneSum() throws InterruptedException {
        for (int n = 0; n < 30; n++) {
            told(n + 1, 1, new ServiceUse(Role.BRAIN, "vendor-" + n, null, false, 1, 0, 10, 0, 0, 0, 0, 0, 0));
        }

        List<ServiceUse> all = services();
        assertEquals(ServiceUse.MAX + 1, all.size());
        assertEquals(new ServiceUse(Role.BRAIN, "other", null, false, 14, 0, 140, 0, 0, 0, 0, 0, 0), all.getLast());
    }
}
