package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import java.time.Instant;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class AnnouncerTest {

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Metrics metrics = new Metrics("test");
    private final Decision decision;
    private final Announcer announcer;
    private Instant now = Samples.T0.plusSeconds(1); // when it was decided

    AnnouncerTest(Database database) {
        announcer = Announcers.on(producer, database, new Said(), metrics, () -> now);
        Tenant tenant = Tenant.create(database);
        decision = new TenantCalls(tenant).offer(tenant.offer().build());
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void saysADecisionThatIsFresh() throws InterruptedException {
        now = now.plusSeconds(5);

        announcer.announce(decision);

        assertEquals(2, producer.history().size());
    }

    @Test
    void doesNotSayWhatItDecidedBeforeItWasFrozen() {
        now = now.plusSeconds(20);

        assertThrows(NotNowException.class, () -> announcer.announce(decision));

        assertEquals(0, producer.history().size());
    }
}
