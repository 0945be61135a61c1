package io.agentstream.orchestrator.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.DueDeliveries.Due;
import io.agentstream.orchestrator.store.DueDeliveries.Room;
import io.agentstream.orchestrator.store.DueDeliveries.UnderWay;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.webhook.CourierFixture.Hook;
import io.agentstream.orchestrator.webhook.Messages.Message;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.runtime.outbound.Certificates;
import io.agentstream.runtime.outbound.OutboundHttp;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Deliveries that nobody can make or send, receivers behind TLS, and messages that take long to make: none is in another's way.
@ExtendWith(TestPostgres.class)
final class PoisonTest {

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

    @Test
    void aMessageThatCannotBeMadeFailsAndTheOthersArrive() throws Exception {
        // given
        Hook poisoned = couriers.hook(tenant, receiver.url(), "run.ended");
        couriers.queuePoison(tenant);
        Hook sound = couriers.hook(tenant, receiver.url(), "run.started");
        couriers.queue(tenant, "run.started");

        // when
        couriers.courier();

        // then
        couriers.until(sound, "delivered");
        Until.holds(() -> couriers.delivery(poisoned).lastError() != null);
        Delivery failed = couriers.delivery(poisoned);
        assertEquals("unusable", failed.lastError());
        assertEquals("pending", failed.state());
        assertTrue(failed.nextAt().isBefore(failed.lastAttemptAt().plusSeconds(30)), "waits for a lease");
    }

    @Test
    void aMessageThatCanNeverBeMadeIsDeadAfterTheLastAttempt() throws Exception {
        // given
        Hook hook = couriers.hook(tenant, receiver.url(), "run.ended");
        couriers.queuePoison(tenant);
        database.withConnection(c -> Sql.update(
                c, "update webhook_deliveries set attempts = ? where webhook_id = ?", Pauses.AFTER.size(), hook.id()));

        // when
        couriers.courier();

        // then
        assertEquals("unusable", couriers.until(hook, "dead").lastError());
    }

    @Test
    void anAddressThatIsNoneFailsAndTheOthersArrive() throws Exception {
        // given
        Hook broken = couriers.hook(tenant, receiver.url(), "run.ended");
        database.withConnection(c -> Sql.update(c, "update webhooks set url = 'http://[' where id = ?", broken.id()));
        Hook sound = couriers.hook(tenant, receiver.url(), "run.ended");
        couriers.queue(tenant, "run.ended");

        // when
        couriers.courier();

        // then
        couriers.until(sound, "delivered");
        Until.holds(() -> couriers.delivery(broken).lastError() != null);
        assertEquals("unusable", couriers.delivery(broken).lastError());
    }

    @Test
    void aReceiverBehindTlsGetsItsMessage(@TempDir Path directory) throws Exception {
        // given
        SSLContext tls = Certificates.make(directory, "ip:127.0.0.1", 30);
        try (AwkwardReceiver secured = new AwkwardReceiver(tls.getServerSocketFactory(), "https")) {
            Hook hook = couriers.hook(tenant, secured.url(), "run.ended");
            couriers.queue(tenant, "run.ended");

            // when
            couriers.courier(new OutboundHttp(loopback(), tls));

            // then
            assertEquals(204, couriers.until(hook, "delivered").lastStatus());
            assertEquals(1, Receivers.verified(secured.got.getFirst(), hook.secret()));
        }
    }

    @Test
    void aReceiverWhoseCertificateIsNotTrustedGetsNothing(@TempDir Path directory) throws Exception {
        // given one that nobody trusts, and one for another name
        SSLContext tls = Certificates.make(directory, "ip:127.0.0.1", 30);
        SSLContext other = Certificates.make(directory, "dns:elsewhere.example", 30);
        try (AwkwardReceiver untrusted = new AwkwardReceiver(tls.getServerSocketFactory(), "https");
                AwkwardReceiver misnamed = new AwkwardReceiver(other.getServerSocketFactory(), "https")) {
            Hook first = couriers.hook(tenant, untrusted.url(), "run.ended");
            Hook second = couriers.hook(tenant, misnamed.url(), "run.ended");
            couriers.queue(tenant, "run.ended");

            // when
            couriers.courier(new OutboundHttp(loopback(), other));

            // then
            Until.holds(() -> couriers.delivery(first).lastError() != null && couriers.delivery(second).lastError() != null);
            assertEquals("tls", couriers.delivery(first).lastError());
            assertEquals("tls", couriers.delivery(second).lastError());
            assertEquals(0, untrusted.got.size() + misnamed.got.size());
        }
    }

    @Test
    void aMessageThatIsBeingMadeHoldsNoConnection(EmbeddedPostgres server) throws Exception {
        // given a run of very many events, and a single connection
        Hook hook = couriers.hook(tenant, receiver.url(), "run.ended");
        long run = couriers.queue(tenant, "run.ended");
        database.withConnection(c -> Sql.update(
                c,
                """
                insert into run_events (run_id, at, type, payload)
                select ?, now(), 'heard', jsonb_build_object('text', repeat('word ', 20), 'turn', n)
                  from generate_series(1, 20000) n
                """,
                run));
        Due due = due(hook);
        try (Database single = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(server, database), "postgres", new Secret("postgres"), "courier-test", 1, Duration.ofSeconds(10),
                        Duration.ofSeconds(10)));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // when
            Future<Message> made = threads.submit(() -> new Messages(single, CourierFixture.SHAPE).of(due));
            int meanwhile = 0;
            while (!made.isDone()) {
                single.withConnection(c -> Sql.only(c, "select 1", row -> row.getInt(1)));
                meanwhile++;
            }

            // then others had it again and again
            assertInstanceOf(Message.Ready.class, made.get());
            assertTrue(meanwhile > 10, "others had the connection " + meanwhile + " times");
        }
    }

    private Due due(Hook hook) {
        return database
                .inTransaction(c -> DueDeliveries.take(
                        c, new Room(100, 100, 1_000), new UnderWay(Map.of(), Map.of()), Duration.ofSeconds(90)))
                .stream()
                .filter(due -> due.delivery().webhookId() == hook.id())
                .findFirst()
                .orElseThrow();
    }

    private static AddressGuard loopback() {
        return new AddressGuard(Networks.parse("127.0.0.0/8"));
    }
}
