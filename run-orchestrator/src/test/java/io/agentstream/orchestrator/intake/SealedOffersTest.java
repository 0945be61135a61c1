package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.erase.SealedCalls;
import io.agentstream.orchestrator.erase.TalkedAbout;
import io.agentstream.orchestrator.jobs.Announcers;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.jobs.TransferDoubts;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A gateway seals, and the orchestrator has not the installation's key.
@ExtendWith(TestPostgres.class)
final class SealedOffersTest {

    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

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
        CallHandler handler = new CallHandler(decisions, null, null, metrics, clock, HANDSHAKE, none, new Greetings(), null, null);

        // when
        assertThrows(
                UnusableRecordException.class,
                () -> handler.handle(new Incoming.Lifecycle(offer, new Source("sealed-offers-test", 0, 1)), () -> true));

        // then
        assertTrue(tenant.runs().isEmpty());
        assertTrue(metrics.scrape().lines().anyMatch(line ->
                line.startsWith("agent_stream_orchestrator_keys_missing_total") && line.endsWith(" 1.0")));
    }

    private CallHandler handler(CallKeyReader reader, MockProducer<byte[], byte[]> producer, InstantSource clock) {
        RunDecisions decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), HANDSHAKE);
        return new CallHandler(
                decisions, new FakeSessions(), Announcers.on(producer, database, new Said(), metrics, clock), metrics, clock, HANDSHAKE,
                new SealedCalls(reader, database, metrics), new Greetings(), new TransferDoubts(database, new FakeSessions()), null);
    }

    private static MockProducer<byte[], byte[]> producer() {
        return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private CallKeyReader late(InstantSource clock) {
        return new CallKeyReader(
                () -> new MockConsumer<>("earliest"), TalkedAbout.WRAPPING, new DeadLetters(producer(), metrics), clock);
    }

    @Test
    void anOfferWhoseKeyIsLateIsTriedAgainAndNotPutAside() {
        // given
        Tenant tenant = Tenant.create(database);
        CallEvent offer = Sealing.seal(tenant.offer().from("+15550100").build(), SealKey.generate(new SecureRandom()));
        InstantSource clock = InstantSource.fixed(Samples.T0.plusSeconds(9));
        CallHandler handler = handler(late(clock), producer(), clock);

        // when
        assertThrows(
                NotNowException.class,
                () -> handler.handle(new Incoming.Lifecycle(offer, new Source("sealed-offers-test", 1, 1)), () -> true));

        // then
        assertTrue(tenant.runs().isEmpty());
    }

    /// By its gateway's clock there would be an hour left.
    @Test
    void anOfferOfAGatewayWhoseClockIsAheadIsNotWaitedForLonger() {
        // given
        Tenant tenant = Tenant.create(database);
        CallEvent.Offered offer =
                (CallEvent.Offered) Sealing.seal(tenant.offer().from("+15550100").build(), SealKey.generate(new SecureRandom()));
        InstantSource clock = InstantSource.fixed(Samples.T0.minusSeconds(3_600));
        Duration handshake = Duration.ofSeconds(1); // less than one look for the keys takes
        Greetings greetings = new Greetings();
        MockProducer<byte[], byte[]> producer = producer();
        CallHandler handler = new CallHandler(
                new RunDecisions(database, new Tariff(new BigDecimal("0.10")), handshake), new FakeSessions(),
                Announcers.on(producer, database, new Said(), metrics, clock), metrics, clock, handshake,
                new SealedCalls(late(clock), database, metrics), greetings, new TransferDoubts(database, new FakeSessions()), null);
        AtomicReference<RuntimeException> later = new AtomicReference<>();

        // when
        greetings
                .handling(offer.callId(), new Progress(), () -> {
                    try {
                        handler.handle(new Incoming.Lifecycle(offer, new Source("sealed-offers-test", 3, 1)), () -> true);
                    } catch (NotNowException notNow) {
                        later.set(notNow);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                })
                .run();

        // then
        assertNull(later.get());
        assertEquals("internal_error", tenant.run(offer.callId()).orElseThrow().failureCode());
    }

    @Test
    void anOfferWhoseKeyNeverComesGetsItsAnswerAndIsARunThatFailed() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        CallEvent offer = Sealing.seal(tenant.offer().from("+15550100").build(), SealKey.generate(new SecureRandom()));
        InstantSource clock = InstantSource.fixed(Samples.T0.plusSeconds(11));
        MockProducer<byte[], byte[]> producer = producer();

        // when
        handler(late(clock), producer, clock).handle(new Incoming.Lifecycle(offer, new Source("sealed-offers-test", 2, 1)), () -> true);

        // then
        Runs.Run run = tenant.run(offer.callId()).orElseThrow();
        assertEquals("internal_error", run.failureCode());
        SocketCommand answer = producer.history().stream()
                .filter(each -> each.topic().equals(Topics.SOCKET_COMMANDS.name()))
                .map(each -> ((Codec.Decoded.Value<SocketCommand>) Topics.SOCKET_COMMANDS.codec().decode(each.value())).value())
                .findFirst()
                .orElseThrow();
        assertEquals(Failure.INTERNAL_ERROR, ((SocketCommand.Close) answer).failure());
    }
}
