package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Relay;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A flood of refused calls is not looked up again and again.
@ExtendWith(TestPostgres.class)
final class OverBeforeTest {

    private final EmbeddedPostgres server;
    private final Tenant tenant;

    OverBeforeTest(Database database, EmbeddedPostgres server) {
        this.server = server;
        this.tenant = Tenant.create(database);
    }

    private static CallEvent.Ended ended(CallEvent.Offered offer, Failure failure) {
        return Samples.failed(offer.callId(), Samples.T0.plusSeconds(2), failure);
    }

    @Test
    void whatElseComesOfRefusedCallsNeedsNoDatabase() throws Exception {
        try (Relay network = new Relay(server.getPort());
                Database faraway = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(network.port(), tenant.database()), "postgres", new Secret("postgres"), "faraway", 4,
                        Duration.ofMillis(250), Duration.ofSeconds(5)))) {
            network.connect();
            try (LoopFixture fixture = new LoopFixture(faraway).assigned()) {
                // given
                CallEvent.Offered byGateway = Samples.offered().refusal(Failure.TRY_AGAIN_LATER).build();
                CallEvent.Offered nobodys = Samples.offered().agent(UUID.randomUUID()).build();
                CallEvent.Offered failed = tenant.offer().domain("nobodys.example.com").build();
                List.of(byGateway, nobodys, failed).forEach(fixture::add);
                fixture.untilCommitted(3);

                // when
                network.cut();
                fixture.add(Samples.started().of(nobodys.callId()).build());
                fixture.add(Samples.started().of(failed.callId()).build());
                fixture.add(ended(byGateway, Failure.TRY_AGAIN_LATER));
                fixture.add(ended(nobodys, Failure.WORKFLOW_NOT_FOUND));

                // then
                fixture.untilCommitted(7);
                assertEquals(List.of(Failure.WORKFLOW_NOT_FOUND), told(fixture, nobodys.callId()));
                assertEquals(List.of(Failure.UNKNOWN_DOMAIN), told(fixture, failed.callId()));
                network.connect();
                fixture.add(ended(failed, Failure.UNKNOWN_DOMAIN));
                fixture.untilCommitted(8);
                assertEquals(RunState.FAILED, tenant.run(failed.callId()).orElseThrow().state());
                assertTrue(tenant.story(failed.callId()).contains("ended"), "the end belongs to the run's story");
            }
        }
    }

    private static List<Failure> told(LoopFixture fixture, CallId call) {
        return fixture.commands(call).stream().map(command -> ((SocketCommand.Close) command).failure()).toList();
    }

    @Test
    void noMoreCallsAreKeptThanFew() {
        OverBefore over = new OverBefore();
        CallId first = Samples.callId();
        over.refused(first);
        for (int i = 0; i < OverBefore.MOST; i++) {
            over.refused(Samples.callId());
        }

        assertFalse(over.isKnown(first));
    }

    @Test
    void aCallThatWasLetInIsNotOver() throws Exception {
        try (LoopFixture fixture = new LoopFixture(tenant.database()).assigned()) {
            CallEvent.Offered offer = tenant.offer().build();
            fixture.add(offer);
            fixture.add(Samples.started().of(offer.callId()).build());

            fixture.untilCommitted(2);

            assertEquals(RunState.RUNNING, tenant.run(offer.callId()).orElseThrow().state());
        }
    }
}
