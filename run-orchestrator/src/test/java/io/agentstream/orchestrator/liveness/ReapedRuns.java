package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.jobs.Announcers;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/// A reaper, the runs that it looks at, and a clock by hand.
@ExtendWith(TestPostgres.class)
abstract class ReapedRuns {

    static final Duration LOST_AFTER = Duration.ofSeconds(60);

    final int partition = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    final TopicPartition lifecycle = new TopicPartition(Topics.CALL_LIFECYCLE.name(), partition);
    final TopicPartition conversations = new TopicPartition(Topics.CONVERSATION_EVENTS.name(), partition);
    final Tenant tenant;
    final RunDecisions decisions;
    final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    final Metrics metrics = new Metrics("test");
    final Hearing hearing = new Hearing();
    final FakeLogWatch watch = new FakeLogWatch();
    final Reaper reaper;
    Instant now = Samples.T0;
    boolean ready = true;
    private long offset;

    ReapedRuns(Database database) {
        tenant = Tenant.create(database);
        decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
        reaper = new Reaper(
                new Reaper.Hands(
                        database, decisions, Announcers.on(producer, database, new Said(), metrics, () -> now), metrics),
                hearing, watch, () -> ready, () -> now,
                new Reaper.Limits(LOST_AFTER, Duration.ofSeconds(5), Duration.ofSeconds(20)));
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    CallId admitted() {
        return admitted(Samples.T0);
    }

    private CallId admitted(Instant at) {
        CallEvent.Offered offer = tenant.offer().at(at).build();
        decisions.offered(offer, source(), () -> now);
        return offer.callId();
    }

    CallId running() throws InterruptedException {
        return started(admitted());
    }

    /// Of a call that was offered only now.
    CallId runningNow() throws InterruptedException {
        return started(admitted(now));
    }

    private CallId started(CallId call) throws InterruptedException {
        CallEvent.Started start = Samples.started().of(call).build();
        decisions.started(
                decisions.plan(start).orElseThrow().answered(start, Verdicts.Session.LIVE), source(), () -> now);
        return call;
    }

    private Source source() {
        return new Source(Topics.CALL_LIFECYCLE.name(), partition, offset++);
    }

    void said(ConversationEvent event) {
        decisions.said(event, new Source(Topics.CONVERSATION_EVENTS.name(), partition, offset++));
    }

    void began(CallId call) {
        said(new ConversationEvent.Began(call, 1, 2, now, null));
    }

    String failure(CallId call) {
        return String.valueOf(tenant.run(call).orElseThrow().failureCode());
    }

    RunState state(CallId call) {
        return tenant.run(call).orElseThrow().state();
    }

    /// The reaper is at work for that long, and the loop at the end of its partition all the time.
    void goOn(Duration time) throws InterruptedException {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            now = now.plusSeconds(1);
            hearing.listening().read(lifecycle, 0);
            hearing.listening().read(conversations, 0);
            reaper.pass();
        }
    }
}
