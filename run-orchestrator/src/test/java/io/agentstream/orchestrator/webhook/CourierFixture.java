package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.api.RunView;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.WebhookSecrets;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.store.Webhooks;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.OutboundHttp;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Couriers, as many as a test wants, on the one database of the tests.
final class CourierFixture implements AutoCloseable {

    private final Database database;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Long> hooks = new ArrayList<>();

    CourierFixture(Database database) {
        this.database = database;
    }

    /// A webhook and its secret.
    record Hook(long id, String secret) {}

    Hook hook(Tenant tenant, URI url, String... events) {
        Secret secret = WebhookSecrets.generate(new SecureRandom());
        long organization = tenant.sample().organizationId();
        return database.inTransaction(connection -> {
            long id = Webhooks.create(connection, organization, url.toString(), List.of(events)).id();
            Webhooks.setSecret(connection, id, Tenant.CIPHER.seal(secret, Place.ofWebhook(organization, id)));
            hooks.add(id);
            return new Hook(id, secret.reveal());
        });
    }

    /// As the service has it.
    static final RunShape SHAPE = new RunShape(RunView::of, RunView::time);

    /// Starts a courier that may reach this machine.
    void courier() {
        courier(new AddressGuard(Networks.parse("127.0.0.0/8")));
    }

    void courier(AddressGuard guard) {
        courier(new OutboundHttp(guard));
    }

    void courier(OutboundHttp http) {
        Metrics metrics = new Metrics("webhook-test");
        DutyCycleRunner runner = new DutyCycleRunner(
                        new Courier(database, Tenant.CIPHER, http, SHAPE, metrics, InstantSource.system(), new CountDownLatch(0)),
                        Duration.ofSeconds(10),
                        fault -> {
                            throw new IllegalStateException(fault);
                        })
                .start();
        open.addFirst(metrics);
        open.addFirst(http);
        open.addFirst(runner);
    }

    /// Queues an event of a run that is over.
    long queue(Tenant tenant, String event) {
        long run = tenant.sample().addRun(database, "completed", java.time.Instant.parse("2026-01-01T00:00:00Z"));
        database.inTransaction(c -> WebhookDeliveries.queue(c, tenant.sample().organizationId(), run, event));
        return run;
    }

    /// Queues an event of a run of which no message can be made: what was said of it is nested deeper than anything may be.
    void queuePoison(Tenant tenant) {
        long run = queue(tenant, "run.ended");
        database.withConnection(c -> Sql.update(
                c,
                """
                insert into run_events (run_id, at, type, payload)
                values (?, now(), 'heard', (repeat('{"a":', 2000) || '1' || repeat('}', 2000))::jsonb)
                """,
                run));
    }

    List<Delivery> deliveries(Hook hook) {
        List<Delivery> deliveries = new ArrayList<>();
        return database.inTransaction(connection -> {
            WebhookDeliveries.list(connection, hook.id(), null, Long.MAX_VALUE, 500, deliveries::add);
            return deliveries;
        });
    }

    Delivery delivery(Hook hook) {
        return deliveries(hook).getFirst();
    }

    Delivery until(Hook hook, String state) throws InterruptedException {
        Until.holds(() -> deliveries(hook).stream().anyMatch(delivery -> delivery.state().equals(state)));
        return delivery(hook);
    }

    /// Lets the time until the next attempt pass.
    void letTimePass(Hook hook) {
        database.withConnection(c -> Sql.update(
                c, "update webhook_deliveries set next_at = now() where webhook_id = ? and state = 'pending'", hook.id()));
    }

    /// What is left is nobody's: the couriers of other tests have the same database.
    @Override
    public void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
        database.inTransaction(connection -> {
            for (long hook : hooks) {
                WebhookDeliveries.giveUp(connection, hook, "disabled");
            }
            return true;
        });
    }
}
