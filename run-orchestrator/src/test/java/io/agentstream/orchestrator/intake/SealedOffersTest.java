package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.erase.SealedCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A gateway seals, and the orchestrator has not the installation's key.
@ExtendWith(TestPostgres.class)
final class SealedOffersTest {

    private final Database database;
    private final Metrics metrics = new Metrics("test");

    SealedOffersTest(Database database) {
        this.database = database;
    }

    @Test
    void anOfferThatNobodyHereCanOpenIsPutAsideAndMakesNoRun() {
        // given
        Tenant tenant = Tenant.create(database);
        CallEvent offer = Sealing.seal(tenant.offer().from("+15550100").build(), SealKey.generate(new SecureRandom()));
        InstantSource clock = InstantSource.fixed(Samples.T0.plusSeconds(1));
        DeadLetters letters = new DeadLetters(
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), metrics);
        SealedCalls none = LoopFixture.unsealed(database, letters, metrics, clock);
        RunDecisions decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
        CallHandler handler = new CallHandler(decisions, null, null, metrics, clock, Duration.ofSeconds(1), none);

        // when
        assertThrows(
                UnusableRecordException.class,
                () -> handler.handle(new Incoming.Lifecycle(offer, new Source("sealed-offers-test", 0, 1))));

        // then
        assertTrue(tenant.runs().isEmpty());
        assertTrue(metrics.scrape().lines().anyMatch(line ->
                line.startsWith("agent_stream_orchestrator_keys_missing_total") && line.endsWith(" 1.0")));
    }
}
