package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.webhook.CourierFixture.Hook;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(TestPostgres.class)
final class WebhooksOfDecisionsTest {

    private Tenant tenant;
    private TenantCalls calls;
    private CourierFixture couriers;
    private AwkwardReceiver receiver;

    @BeforeEach
    void start(Database database) throws Exception {
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        couriers = new CourierFixture(database);
        receiver = new AwkwardReceiver();
    }

    @AfterEach
    void stop() throws Exception {
        couriers.close();
        receiver.close();
    }

    private static List<String> events(List<Delivery> deliveries) {
        return deliveries.reversed().stream().map(Delivery::event).toList();
    }

    @Test
    void queuesWhatIsDecidedInTheDecisionsTransaction() throws Exception {
        // given a process that decides and dies before it sends anything
        Hook hook = couriers.hook(tenant, receiver.url(), "run.started", "run.ended");
        CallEvent.Offered offer = tenant.offer().build();
        calls.offer(offer);
        List<String> admitted = events(couriers.deliveries(hook));
        calls.start(offer.callId());
        List<String> started = events(couriers.deliveries(hook));
        calls.end(offer.callId(), Duration.ofSeconds(30), End.CALLER_HANGUP);

        // when another one comes
        couriers.courier();

        // then
        assertEquals(List.of(), admitted);
        assertEquals(List.of("run.started"), started);
        assertEquals(List.of("run.started", "run.ended"), events(couriers.deliveries(hook)));
        io.agentstream.orchestrator.Until.holds(() -> receiver.got.size() == 2);
    }

    @Test
    void queuesNothingTwiceWhereRecordsComeAgain() throws Exception {
        // given
        Hook hook = couriers.hook(tenant, receiver.url(), "run.started", "run.ended");
        CallEvent.Offered offer = tenant.offer().build();

        // when
        for (int i = 0; i < 2; i++) {
            calls.offer(offer);
            calls.start(offer.callId());
            calls.end(offer.callId(), Duration.ofSeconds(30), End.CALLER_HANGUP);
        }

        // then
        assertEquals(List.of("run.started", "run.ended"), events(couriers.deliveries(hook)));
    }

    @Test
    void tellsTheEndOfARunThatWasRefused() {
        // given
        Hook hook = couriers.hook(tenant, receiver.url(), "run.started", "run.ended");

        // when
        calls.offer(tenant.offer().domain("elsewhere.cloudonix.net").build());

        // then
        assertEquals(List.of("run.ended"), events(couriers.deliveries(hook)));
    }

    @Test
    void tellsOnlyWhatAWebhookWantsToHear() throws Exception {
        // given
        Hook ends = couriers.hook(tenant, receiver.url(), "run.ended");
        Hook begins = couriers.hook(tenant, receiver.url(), "run.started");
        CallEvent.Offered offer = tenant.offer().build();

        // when
        calls.offer(offer);
        calls.start(offer.callId());
        calls.end(offer.callId(), Duration.ofSeconds(30), End.CALLER_HANGUP);

        // then
        assertEquals(List.of("run.ended"), events(couriers.deliveries(ends)));
        assertEquals(List.of("run.started"), events(couriers.deliveries(begins)));
    }

    @Test
    void waitsForWhatTheConversationTellsAfterTheEnd() throws Exception {
        // given a call whose conversation tells its last words after the call's end
        Hook hook = couriers.hook(tenant, receiver.url(), "run.ended");
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        calls.offer(offer);
        calls.start(call);
        calls.decisions().said(
                new ConversationEvent.Began(call, 1, 2, Instant.now(), 1), source(1));
        calls.end(call, Duration.ofSeconds(30), End.CALLER_HANGUP);
        couriers.courier();

        // when
        calls.decisions().said(
                new ConversationEvent.Said(call, 2, 2, Instant.now(), 1, "Good bye", 300, false, 1), source(2));
        couriers.until(hook, "delivered");

        // then
        JsonNode message = new JsonMapper().readTree(receiver.got.getFirst().body());
        assertEquals("Good bye", message.at("/data/turns/0/text").stringValue());
        assertEquals(1, couriers.delivery(hook).attempts());
        assertTrue(message.at("/data/cut").isNull());
    }

    private static io.agentstream.orchestrator.store.RunEvents.Source source(int offset) {
        return new io.agentstream.orchestrator.store.RunEvents.Source(
                "webhook-test-" + Samples.callId(), 0, offset);
    }
}
