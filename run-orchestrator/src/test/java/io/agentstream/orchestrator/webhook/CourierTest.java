package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.WebhookSecrets;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.store.Webhooks;
import io.agentstream.orchestrator.webhook.CourierFixture.Hook;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.runtime.outbound.AwkwardReceiver.Got;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(TestPostgres.class)
final class CourierTest {

    private Database database;
    private Tenant tenant;
    private CourierFixture couriers;
    private AwkwardReceiver receiver;

    @BeforeEach
    void start(Database database) throws Exception {
        this.database = database;
        tenant = Tenant.create(database);
        couriers = new CourierFixture(database);
        receiver = new AwkwardReceiver();
    }

    @AfterEach
    void stop() throws Exception {
        couriers.close();
        receiver.close();
    }

    private Hook hook() {
        return couriers.hook(tenant, receiver.url(), "run.started", "run.ended");
    }

    @Test
    void sendsASignedMessageThatSaysTheRun() throws Exception {
        // given
        Hook hook = hook();
        long run = couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        Delivery delivery = couriers.until(hook, "delivered");

        // then
        Got got = receiver.got.getFirst();
        JsonNode message = new JsonMapper().readTree(got.body());
        assertEquals(1, Receivers.verified(got, hook.secret()));
        assertEquals(delivery.messageName(), got.headers().get("webhook-id"));
        assertTrue(Math.abs(Instant.now().getEpochSecond() - Long.parseLong(got.headers().get("webhook-timestamp"))) < 60);
        assertEquals("run.ended", message.path("type").stringValue());
        assertEquals(run, message.at("/data/run/id").longValue());
        assertEquals("caller_hangup", message.at("/data/run/end/by").stringValue());
        assertEquals(204, delivery.lastStatus());
        assertNull(delivery.nextAt());
    }

    @Test
    void triesAgainUnderTheSameIdAndWithTheSameWords() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.status(500));
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");
        couriers.courier();
        Until.holds(() -> couriers.delivery(hook).lastStatus() != null);
        Delivery failed = couriers.delivery(hook);

        // when
        receiver.doing(AwkwardReceiver.status(200));
        couriers.letTimePass(hook);
        Delivery delivery = couriers.until(hook, "delivered");

        // then
        assertEquals(500, failed.lastStatus());
        assertTrue(failed.nextAt().isAfter(failed.lastAttemptAt().plusSeconds(4)));
        assertEquals(2, delivery.attempts());
        assertEquals(1, receiver.got.stream().map(got -> got.headers().get("webhook-id")).distinct().count());
        assertEquals(1, receiver.got.stream().map(Got::body).distinct().count());
    }

    @Test
    void keepsToTheReceiversRetryAfter() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.status(429, "Retry-After: 1800"));
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        Until.holds(() -> couriers.delivery(hook).lastStatus() != null);

        // then
        Delivery delivery = couriers.delivery(hook);
        assertEquals(429, delivery.lastStatus());
        assertTrue(Duration.between(delivery.lastAttemptAt(), delivery.nextAt()).toMinutes() >= 29);
    }

    @Test
    void becomesADeadLetterAfterTheLastAttempt() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.closeEarly());
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");
        database.withConnection(c -> Sql.update(
                c, "update webhook_deliveries set attempts = ? where webhook_id = ?", Pauses.AFTER.size(), hook.id()));

        // when
        couriers.courier();
        Delivery dead = couriers.until(hook, "dead");

        // then
        assertEquals("broken", dead.lastError());
        assertEquals(Pauses.AFTER.size() + 1, dead.attempts());

        // and it can be sent again
        receiver.doing(AwkwardReceiver.status(200));
        database.inTransaction(c -> WebhookDeliveries.again(c, dead.id()));
        assertEquals(dead.messageId(), couriers.until(hook, "delivered").messageId());
    }

    @Test
    void disablesAWebhookWhoseReceiverIsGone() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.status(410));
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        couriers.until(hook, "dead");

        // then
        Webhooks.Webhook webhook = database.withConnection(
                        c -> Webhooks.find(c, tenant.sample().organizationId(), hook.id()))
                .orElseThrow();
        assertFalse(webhook.enabled());
        assertEquals("gone", webhook.disabledReason());
        List<AuditLog.Entry> entries = new ArrayList<>();
        database.inTransaction(c -> {
            AuditLog.list(c, tenant.sample().organizationId(), Long.MAX_VALUE, 10, entries::add);
            return true;
        });
        AuditLog.Entry entry = entries.getFirst();
        assertEquals(List.of("system", "webhook.changed"), List.of(entry.actor(), entry.action()));
        assertEquals("{\"enabled\":false,\"disabled_reason\":\"gone\"}", String.valueOf(entry.after()));
        couriers.queue(tenant, "run.ended");
        assertEquals(1, couriers.deliveries(hook).size());
    }

    @Test
    void aReceiverThatWasLeftDisablesNothing() throws Exception {
        // given a webhook that is sent elsewhere while its receiver thinks
        Hook hook = couriers.hook(tenant, receiver.url(), "run.ended");
        receiver.doing((request, out, closed) -> {
            database.withConnection(c -> Webhooks.change(
                    c, hook.id(), receiver.url().resolve("/new").toString(), List.of("run.ended"), true));
            AwkwardReceiver.status(410).answer(request, out, closed);
        });
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        Until.holds(() -> couriers.delivery(hook).lastStatus() != null);

        // then
        assertEquals("pending", couriers.delivery(hook).state());
        assertTrue(database.withConnection(c -> Webhooks.find(c, tenant.sample().organizationId(), hook.id()))
                .orElseThrow()
                .enabled());
    }

    @Test
    void doesNotFollowARedirectToWhatMayNotBeReached() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.status(302, "Location: http://169.254.169.254/latest/meta-data/"));
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        Until.holds(() -> couriers.delivery(hook).lastStatus() != null);

        // then
        assertEquals(302, couriers.delivery(hook).lastStatus());
        assertEquals("pending", couriers.delivery(hook).state());
    }

    @Test
    void isNotLedAstrayByANameThatChangesItsAnswer() throws Exception {
        // given a name that may be reached at first and leads to the machine itself afterwards
        receiver.doing(AwkwardReceiver.status(500));
        Hook hook = couriers.hook(tenant, URI.create("http://rebind.example:" + receiver.port() + "/"), "run.ended");
        couriers.queue(tenant, "run.ended");
        byte[] last = {1};
        couriers.courier(new AddressGuard(
                Networks.parse("127.0.0.1"),
                name -> name.equals("rebind.example")
                        ? new InetAddress[] {InetAddress.getByAddress(name, new byte[] {127, 0, 0, last[0]++})}
                        : InetAddress.getAllByName(name)));
        Until.holds(() -> couriers.delivery(hook).lastStatus() != null);

        // when
        couriers.letTimePass(hook);
        Until.holds(() -> couriers.delivery(hook).lastError() != null);

        // then
        assertEquals("address_refused", couriers.delivery(hook).lastError());
        assertEquals(1, receiver.got.size());
    }

    @Test
    void signsWithTheSecretBeforeTooWhileItIsInForce() throws Exception {
        // given
        Hook hook = hook();
        Secret next = WebhookSecrets.generate(new SecureRandom());
        var place = Place.ofWebhook(tenant.sample().organizationId(), hook.id());
        database.inTransaction(c -> {
            Webhooks.rotate(c, hook.id(), Tenant.CIPHER.seal(next, place), Duration.ofHours(24));
            return true;
        });
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();
        couriers.until(hook, "delivered");

        // then
        Got got = receiver.got.getFirst();
        assertEquals(2, Receivers.signatures(got).size());
        assertEquals(1, Receivers.verified(got, hook.secret()));
        assertEquals(1, Receivers.verified(got, next.reveal()));

        // and not afterwards
        database.withConnection(c -> Sql.update(
                c, "update webhooks set previous_until = now() - interval '1 s' where id = ?", hook.id()));
        couriers.queue(tenant, "run.ended");
        Until.holds(() -> receiver.got.size() == 2);
        assertEquals(1, Receivers.signatures(receiver.got.get(1)).size());
        assertEquals(0, Receivers.verified(receiver.got.get(1), hook.secret()));
    }

    @Test
    void sendsEachOnceWhereTwoAreAtWork() throws Exception {
        // given
        Hook hook = hook();
        for (int i = 0; i < 60; i++) {
            couriers.queue(tenant, "run.ended");
        }

        // when
        couriers.courier();
        couriers.courier();
        Until.holds(() -> couriers.deliveries(hook).stream().allMatch(delivery -> delivery.state().equals("delivered")));

        // then
        Set<String> ids = receiver.got.stream().map(got -> got.headers().get("webhook-id")).collect(Collectors.toSet());
        assertEquals(60, ids.size());
        assertEquals(60, receiver.got.size());
    }

    @Test
    void takesUpWhatSomebodyElseTookAndNeverFinished() throws Exception {
        // given a delivery that was taken by a process that died in the middle of it
        Hook hook = hook();
        couriers.queue(tenant, "run.ended");
        database.withConnection(c -> Sql.update(
                c,
                "update webhook_deliveries set attempts = 1, next_at = now() + interval '1 s' where webhook_id = ?",
                hook.id()));

        // when
        couriers.courier();

        // then
        assertEquals(2, couriers.until(hook, "delivered").attempts());
    }

    @Test
    void keepsNobodyWaitingForAReceiverThatHangs() throws Exception {
        // given one tenant whose receivers take everything and say nothing, with far more to send than there are places
        try (AwkwardReceiver hanging = new AwkwardReceiver()) {
            hanging.doing(AwkwardReceiver.hang());
            Tenant slow = Tenant.create(database);
            List<Hook> slowHooks = java.util.stream.IntStream.range(0, 10)
                    .mapToObj(_ -> couriers.hook(slow, hanging.url(), "run.ended"))
                    .toList();
            for (int i = 0; i < 40; i++) {
                couriers.queue(slow, "run.ended");
            }
            couriers.courier();
            Until.holds(() -> hanging.got.size() == Courier.PER_ORGANIZATION);

            // when
            Hook hook = hook();
            for (int i = 0; i < 20; i++) {
                couriers.queue(tenant, "run.ended");
            }
            long start = System.nanoTime();
            Until.holds(() -> couriers.deliveries(hook).stream().allMatch(delivery -> delivery.state().equals("delivered")));

            // then
            assertTrue(System.nanoTime() - start < Attempts.LIMIT.toNanos(), "waited for somebody else's receiver");
            assertEquals(Courier.PER_ORGANIZATION, hanging.got.size());
            for (Hook each : slowHooks) {
                database.withConnection(c -> Webhooks.delete(c, slow.sample().organizationId(), each.id()));
            }
        }
    }
}
