package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.jobs.RefusedByKafkaException;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Relay;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Kafka or the database is away, refuses, or takes the work to somebody else.
@ExtendWith(TestPostgres.class)
final class CallsLoopTroubleTest {

    private final EmbeddedPostgres server;
    private final Tenant tenant;
    @AutoClose
    private LoopFixture fixture;

    CallsLoopTroubleTest(Database database, EmbeddedPostgres server) {
        this.server = server;
        this.tenant = Tenant.create(database);
        this.fixture = new LoopFixture(database);
    }

    private static CallEvent.Started started(CallId call, String session) {
        return Samples.started().of(call).session(session).build();
    }

    @Test
    void keepsTryingWhileKafkaDoesNotTakeADecision() throws Exception {
        fixture.producer.sendException = new TimeoutException("on purpose");
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        Until.holds(fixture::pass, () -> fixture.counted("agent_stream_orchestrator_retries") >= 2);
        assertEquals(0, fixture.committed());

        fixture.producer.sendException = null;
        fixture.untilCommitted(1);

        assertEquals(List.of(new SocketCommand.Admit(offer.callId(), tenant.sample().organizationId())), fixture.commands(offer.callId()));
        assertEquals(1, tenant.runs().size());
    }

    @Test
    void anotherMemberSaysNothingAgain() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.add(started(offer.callId(), "sess-1"));
        fixture.untilCommitted(2);
        fixture.tidy();

        try (LoopFixture other = new LoopFixture(tenant.database()).assigned()) {
            other.add(offer);
            other.add(started(offer.callId(), "dead"));
            other.untilCommitted(2);

            assertEquals(List.of(), other.events());
            assertEquals(List.of(), other.commands(offer.callId()));
            assertEquals(List.of(), other.sessions.checked);
        }
        assertEquals(1, tenant.runs().size());
    }

    @Test
    void whatADeadMemberLeftInTheOutboxIsSaidInItsOrder() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.add(started(offer.callId(), "sess-1"));
        fixture.untilCommitted(2); // it is said, and died before it deleted the rows

        try (LoopFixture other = new LoopFixture(tenant.database()).assigned()) {
            other.add(offer);
            other.add(started(offer.callId(), "dead"));
            other.untilCommitted(2);
            other.tidy();

            // All of it with the first record.
            assertEquals(fixture.events(), other.events());
            assertEquals(fixture.commands(offer.callId()), other.commands(offer.callId()));
            assertEquals(List.of(), other.sessions.checked);
            assertTrue(new Unsaid(tenant.database()).of(offer.callId(), row -> false, () -> Samples.T0).isEmpty());
        }
        assertEquals(1, tenant.runs().size());
    }

    @Test
    void waitsForADatabaseThatIsAwayAndOpensNoRunThatIsTooLate() throws Exception {
        fixture.close();
        try (Relay relay = new Relay(server.getPort());
                Database faraway = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(relay.port(), tenant.database()), "postgres", new Secret("postgres"), "away", 4,
                        Duration.ofMillis(250), Duration.ofSeconds(5)))) {
            fixture = new LoopFixture(faraway).assigned();
            CallEvent.Offered offer = tenant.offer().build();
            fixture.add(offer);
            fixture.add(started(offer.callId(), "sess-1"));
            Until.holds(fixture::pass, () -> fixture.counted("agent_stream_orchestrator_retries") >= 2);
            assertEquals(List.of(), fixture.topics());
            assertEquals(0, fixture.committed());
            CallEvent.Offered fresh = tenant.offer().at(Samples.T0.plusSeconds(60)).build();

            relay.connect();
            fixture.now(Samples.T0.plusSeconds(61));
            fixture.add(fresh);
            fixture.untilCommitted(3);

            assertEquals("internal_error", tenant.run(offer.callId()).orElseThrow().failureCode());
            assertEquals(RunState.INITIALIZED, tenant.run(fresh.callId()).orElseThrow().state());
            fixture.close();
        }
    }

    @Test
    void endsWhereKafkaDoesNotLetItWrite() throws Exception {
        fixture.producer.sendException = new TopicAuthorizationException("run.events.v1");
        fixture.assigned();
        fixture.add(tenant.offer().build());

        Until.holds(fixture::pass, () -> !fixture.faults.isEmpty());

        assertInstanceOf(RefusedByKafkaException.class, fixture.faults.getFirst());
        assertEquals(0, fixture.committed()); // whoever may write does it
    }

    @Test
    void endsWhereItsProducerCannotGoOn() throws Exception {
        fixture.producer.sendException = new KafkaException("on purpose");
        fixture.assigned();
        fixture.add(tenant.offer().build());

        Until.holds(fixture::pass, () -> !fixture.faults.isEmpty());

        assertEquals(0, fixture.committed()); // the record is not to blame
        assertEquals(List.of(), fixture.deadLetters());
    }

    @Test
    void goesOnReadingWhereAPartitionDoesNotSayHowFarItIsRead() throws Exception {
        fixture.unreachable.add(fixture.conversation);
        fixture.assigned();
        fixture.add(tenant.offer().build());

        fixture.untilCommitted(1);

        assertEquals(Set.of(fixture.lifecycle), fixture.hearing.listening().partitions());
    }

    @Test
    void putsAsideWhatKafkaWillNeverTake() throws Exception {
        fixture.close();
        fixture = new LoopFixture(tenant.database(), new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                return record.topic().equals(Topics.RUN_EVENTS.name())
                        ? CompletableFuture.failedFuture(new RecordTooLargeException("on purpose"))
                        : super.send(record, callback);
            }

            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
                return send(record, (metadata, failure) -> {});
            }
        })
                .assigned();
        fixture.add(tenant.offer().build());

        fixture.untilCommitted(1);

        assertEquals(1, fixture.deadLetters().size());
        assertEquals(0, fixture.counted("agent_stream_orchestrator_retries"));
    }

    @Test
    void makesNoRunOfAnOfferThatNobodyCanBeToldOf() throws Exception {
        fixture.close();
        Node node = new Node(0, "localhost", 1);
        Node[] nodes = {node};
        Cluster cluster = new Cluster(
                "c", List.of(node), List.of(new PartitionInfo(Topics.SOCKET_COMMANDS.name(), 0, node, nodes, nodes)), Set.of(), Set.of());
        fixture = new LoopFixture(
                tenant.database(), new MockProducer<>(cluster, true, null, new ByteArraySerializer(), new ByteArraySerializer()))
                .assigned();
        fixture.add(tenant.offer().build()); // its slot is 3

        fixture.untilCommitted(1);

        assertEquals(1, fixture.deadLetters().size());
        assertEquals(List.of(), tenant.runs());
        assertEquals(List.of(), fixture.faults);
    }

    @Test
    void commitsWhatIsDoneWhenItsPartitionsAreTaken() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.add(started(offer.callId(), "slow"));
        Until.holds(fixture.loop::work, () -> fixture.sessions.checked.size() == 1); // time stands still: no commit yet
        assertEquals(0, fixture.committed());

        fixture.consumer.rebalance(List.of());

        fixture.consumer.rebalance(List.of(fixture.lifecycle));
        assertEquals(1, fixture.committed());
    }
}
