package io.agentstream.orchestrator;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.erase.Eraser;
import io.agentstream.orchestrator.erase.KeyTopic;
import io.agentstream.orchestrator.erase.RetentionJob;
import io.agentstream.orchestrator.erase.SealedCalls;
import io.agentstream.orchestrator.intake.Attempts;
import io.agentstream.orchestrator.intake.CallHandler;
import io.agentstream.orchestrator.intake.CallsLoop;
import io.agentstream.orchestrator.intake.Greetings;
import io.agentstream.orchestrator.intake.KeyedExecutor;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.HandOvers;
import io.agentstream.orchestrator.jobs.HangUps;
import io.agentstream.orchestrator.jobs.OutboxLoop;
import io.agentstream.orchestrator.jobs.OutboxSweep;
import io.agentstream.orchestrator.jobs.Publisher;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.jobs.TransferDoubts;
import io.agentstream.orchestrator.liveness.Attendance;
import io.agentstream.orchestrator.liveness.Hearing;
import io.agentstream.orchestrator.liveness.KafkaLogWatch;
import io.agentstream.orchestrator.liveness.MeterReader;
import io.agentstream.orchestrator.liveness.Reaper;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.search.Indexer;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Erasures;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/// Puts together what decides about runs, and starts it.
final class RunParts {

    private static final Duration LOOP_CLOSE = Duration.ofSeconds(20);
    private static final Duration REAPER_CLOSE = Duration.ofSeconds(5);
    private static final Duration HANG_UP_BACKOFF = Duration.ofSeconds(1);

    private final CallsLoop loop;
    private final CallKeyReader keys;

    /// What the operator chooses.
    ///
    /// @param wrapping of the keys that calls are sealed with; null where the installation has none
    public record Settings(BigDecimal pricePerMinute, Duration handshakeTimeout, Duration creditsGrace, Reaper.Limits limits, CallSecrets.@Nullable Wrapping wrapping) {}

    /// What is lent by the composition root.
    ///
    /// @param producer of the events profile
    /// @param databaseOpen zero once the schema is up to date
    /// @param ready whether Kafka and the database answer: that something is wrong with one topic stops who needs that one, and nobody else
    /// @param keysThere whether the topic of keys can be used
    /// @param onDecided told after each decision
    /// @param onFault gets what breaks a loop
    public record Lent(
            KafkaClients clients,
            Admin admin,
            Producer<byte[], byte[]> producer,
            Database database,
            CountDownLatch databaseOpen,
            Sessions sessions,
            Metrics metrics,
            InstantSource clock,
            BooleanSupplier ready,
            BooleanSupplier keysThere,
            Runnable onDecided,
            Consumer<Throwable> onFault) {}

    private RunParts(CallsLoop loop, CallKeyReader keys) {
        this.loop = loop;
        this.keys = keys;
    }

    /// What is opened here becomes `closer`'s.
    public static RunParts start(Settings settings, Lent lent, Closer closer) {
        Metrics metrics = lent.metrics();
        RunDecisions decisions = new RunDecisions(
                lent.database(), new Tariff(settings.pricePerMinute()), settings.handshakeTimeout());
        CallKeyReader keys = new CallKeyReader(
                () -> lent.clients().reader("orchestrator-keys", "earliest", CallsLoop.MAX_POLL_RECORDS), settings.wrapping(),
                new DeadLetters(lent.producer(), metrics), lent.clock());
        closer.own("keys of calls", new DutyCycleRunner(keys, REAPER_CLOSE, lent.onFault()).start());
        SealedCalls sealed = new SealedCalls(keys, lent.database(), metrics);
        Bell hangUpsDue = new Bell();
        Unsaid unsaid = new Unsaid(lent.database());
        Said said = new Said();
        Announcer announcer = new Announcer(
                new Announcer.Hands(new Publisher(lent.producer(), sealed::seal), hangUpsDue, unsaid, said), metrics, lent.clock(), lent.onDecided());
        OutboxLoop outbox = new OutboxLoop(lent.database(), said, metrics, lent.ready(), lent.clock());
        closer.own("outbox", new DutyCycleRunner(outbox, LOOP_CLOSE, lent.onFault()).start());
        OutboxSweep sweep = new OutboxSweep(
                new OutboxSweep.Hands(lent.database(), unsaid, said, announcer, metrics), lent.ready(), lent.clock());
        closer.own("outbox's sweep", new DutyCycleRunner(sweep, LOOP_CLOSE, lent.onFault()).start());
        HangUps hangUps = new HangUps(
                new HangUps.Hands(lent.database(), lent.sessions(), hangUpsDue, announcer, metrics, lent.clock()), HANG_UP_BACKOFF);
        closer.own("hang-ups", new DutyCycleRunner(new AfterOpening(lent.databaseOpen(), hangUps), LOOP_CLOSE, lent.onFault()).start());
        Hearing hearing = new Hearing();
        HandOvers handOvers = new HandOvers(
                lent.database(), lent.sessions(), announcer, metrics, lent.clock(),
                () -> new Transfers.Heard(Topics.CALL_LIFECYCLE.name(), hearing.listening().read(Topics.CALL_LIFECYCLE, lent.clock().millis())));
        closer.own("transfers", new DutyCycleRunner(new AfterOpening(lent.databaseOpen(), handOvers), LOOP_CLOSE, lent.onFault()).start());
        Greetings greetings = new Greetings();
        CallHandler handler = new CallHandler(
                decisions, lent.sessions(), announcer, metrics, lent.clock(),
                settings.handshakeTimeout(), sealed, greetings, new TransferDoubts(lent.database(), lent.sessions()),
                new Attendance(hearing));
        KeyedExecutor<CallId> executor = new KeyedExecutor<>(lent.onFault());
        lent.metrics().gauge("agent_stream_orchestrator_in_flight", executor::inFlight);

        Reaper reaper = new Reaper(
                new Reaper.Hands(lent.database(), decisions, announcer, metrics), hearing,
                new KafkaLogWatch(lent.admin(), KafkaClients.WORKERS_GROUP), lent.ready(), lent.clock(), settings.limits());
        closer.own("reaper", new DutyCycleRunner(reaper, REAPER_CLOSE, lent.onFault()).start());

        Predicate<Decision> erased = decision -> announcer.announceOrLeave(decision, "an erasure");
        Eraser eraser = new Eraser(
                lent.database(),
                new KeyTopic(
                        () -> lent.clients().reader("orchestrator-eraser", "earliest", CallsLoop.MAX_POLL_RECORDS), lent.admin(),
                        calls -> lent.database().withConnection(connection -> Erasures.over(connection, calls)),
                        call -> lent.producer().send(new ProducerRecord<>(Topics.CALL_KEYS.name(), call.toKey(), null))),
                lent.clock(), erased);
        closer.own("eraser", new DutyCycleRunner(eraser.loop(() -> lent.ready().getAsBoolean() && lent.keysThere().getAsBoolean()), LOOP_CLOSE, lent.onFault()).start());
        RetentionJob retention = new RetentionJob(lent.database(), lent.clock(), metrics, erased);
        closer.own("retention", new DutyCycleRunner(retention.loop(lent.ready()), REAPER_CLOSE, lent.onFault()).start());

        Indexer indexer = new Indexer(lent.database(), lent.ready(), metrics);
        closer.own("search", new DutyCycleRunner(new AfterOpening(lent.databaseOpen(), indexer), REAPER_CLOSE, lent.onFault()).start());

        MeterReader meters = new MeterReader(
                lent.database(), decisions, announcer, lent.ready(), settings.creditsGrace(), lent.clock());
        closer.own("meter reader", new DutyCycleRunner(meters, REAPER_CLOSE, lent.onFault()).start());

        CallsLoop loop = new CallsLoop(
                lent.clients().member("orchestrator-calls", CallsLoop.GROUP, "earliest", CallsLoop.MAX_POLL_RECORDS),
                new Attempts(handler, new DeadLetters(lent.producer(), metrics), metrics), executor, hearing, lent.clock(),
                lent.databaseOpen(), keys::ready, greetings);
        closer.own("calls", new DutyCycleRunner(loop, LOOP_CLOSE, lent.onFault()).start());
        return new RunParts(loop, keys);
    }

    /// Why no call is decided on, or nothing. Any thread.
    public Optional<String> reason() {
        if (!keys.ready()) {
            return Optional.of("keys of calls are being read");
        }
        return loop.isAssigned() ? Optional.empty() : Optional.of("the consumer of calls has no assignment yet");
    }
}
