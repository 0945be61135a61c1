package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.HangUps;
import io.agentstream.orchestrator.jobs.Publisher;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class ReaperTest {

    private static final Duration LOST_AFTER = Duration.ofSeconds(60);

    private final int partition = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final Tenant tenant;
    private final RunDecisions decisions;
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Metrics metrics = new Metrics("test");
    private final Heartbeats heartbeats = new Heartbeats();
    private final Listening listening = new Listening();
    private final HangUps hangUps;
    private final Reaper reaper;
    private Instant now = Samples.T0;
    private boolean ready = true;
    private long offset;

    ReaperTest(Database database) {
        tenant = Tenant.create(database);
        FakeSessions sessions = new FakeSessions();
        decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
        hangUps = new HangUps(database, sessions, metrics, Duration.ofMillis(1));
        Announcer announcer = new Announcer(new Publisher(producer), hangUps, metrics);
        reaper = new Reaper(
                database, decisions, announcer, heartbeats, listening, () -> ready, metrics, () -> now, LOST_AFTER);
    }

    @AfterEach
    void close() throws InterruptedException {
        hangUps.close();
        metrics.close();
    }

    private CallId admitted() {
        CallEvent.Offered offer = tenant.offer().build();
        decisions.offered(offer, new Source(Topics.CALL_LIFECYCLE.name(), partition, offset++), now);
        return offer.callId();
    }

    private RunState state(CallId call) {
        return tenant.run(call).orElseThrow().state();
    }

    /// The reaper is at work for that long, and the loop at the end of its partition all the time.
    private void goOn(Duration time) throws InterruptedException {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            now = now.plusSeconds(1);
            listening.atEnd(partition, now.toEpochMilli());
            reaper.pass();
        }
    }

    @Test
    void closesRunsOfCallsThatHaveGoneQuiet() throws InterruptedException {
        CallId call = admitted();

        goOn(Duration.ofSeconds(59));
        assertEquals(RunState.INITIALIZED, state(call));
        goOn(Duration.ofSeconds(15));

        assertEquals(RunState.FAILED, state(call));
        assertEquals(2, producer.history().size()); // the event, and a close for a gateway that may be alive after all
    }

    @Test
    void leavesCallsThatGiveSignsOfLife() throws InterruptedException {
        CallId call = admitted();

        for (int i = 0; i < 10; i++) {
            goOn(Duration.ofSeconds(15));
            heartbeats.heard(call);
        }

        assertEquals(RunState.INITIALIZED, state(call));
    }

    @Test
    void doesNotJudgeCallsItCouldNotHear() throws InterruptedException {
        CallId call = admitted();
        now = now.plusSeconds(3_600); // away for an hour

        goOn(Duration.ofSeconds(59));
        assertEquals(RunState.INITIALIZED, state(call));
        ready = false; // Kafka is away for a moment: everything from the beginning
        goOn(Duration.ofSeconds(5));
        ready = true;
        goOn(Duration.ofSeconds(55));
        assertEquals(RunState.INITIALIZED, state(call));
        goOn(Duration.ofSeconds(20));

        assertEquals(RunState.FAILED, state(call));
    }

    @Test
    void saysLaterWhatKafkaDoesNotTakeNow() throws InterruptedException {
        CallId call = admitted();
        producer.sendException = new TimeoutException("on purpose");
        goOn(Duration.ofSeconds(75));
        assertEquals(RunState.FAILED, state(call));
        assertEquals(0, producer.history().size());

        producer.sendException = null;
        goOn(Duration.ofSeconds(1));

        assertEquals(2, producer.history().size());
    }

    @Test
    void leavesOtherMembersCallsAlone() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        decisions.offered(offer, new Source(Topics.CALL_LIFECYCLE.name(), partition + 1, 0), now);

        goOn(Duration.ofSeconds(80));

        assertEquals(RunState.INITIALIZED, state(offer.callId()));
    }
}
