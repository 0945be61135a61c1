package io.agentstream.worker;

import io.agentstream.agents.DemoAgents;
import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.audio.voice.CachedVoice;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.audio.voice.Voice;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaProbe;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.NextPartition;
import io.agentstream.runtime.Readiness;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.SessionTimeouts;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.WorkerSecret;
import io.agentstream.runtime.WorkersGroup;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.definitions.DefinitionPlaces;
import io.agentstream.worker.definitions.DefinitionReader;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.cascade.CascadeEngine;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.echo.EchoEngine;
import io.agentstream.worker.engine.realtime.RealtimeEngine;
import io.agentstream.worker.engine.scripted.ScriptedEngine;
import io.agentstream.worker.loop.ConversationLoop;
import io.agentstream.worker.loop.Rehearsal;
import io.agentstream.worker.service.Services;
import io.agentstream.worker.service.anthropic.AnthropicBrains;
import io.agentstream.worker.service.cartesia.CartesiaMouths;
import io.agentstream.worker.service.deepgram.DeepgramEars;
import io.agentstream.worker.service.elevenlabs.ElevenLabsMouths;
import io.agentstream.worker.service.offline.OfflineMouths;
import io.agentstream.worker.service.openai.OpenAiBrains;
import io.agentstream.worker.service.openai.OpenAiEars;
import io.agentstream.worker.service.openai.OpenAiMouths;
import io.agentstream.worker.service.openai.OpenAiRealtimes;
import io.agentstream.worker.service.wire.Wire;
import io.agentstream.worker.takeover.ArrivalLoader;
import io.agentstream.worker.tool.HttpTools;
import io.agentstream.worker.tool.McpTools;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent worker, put together. Any thread may close it; then it hands its conversations over.
public final class WorkerService implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkerService.class);

    private static final int MAX_POLL_RECORDS = 2_000;
    private static final int SNAPSHOT_POLL_RECORDS = 5_000;
    private static final int DEFINITION_POLL_RECORDS = 500;
    /// Two hours of audio.
    private static final long VOICE_CACHE_BYTES = 64L << 20;
    private static final Duration LOOP_CLOSE_LIMIT = Duration.ofSeconds(20);

    private final Closer closer;
    private final int port;

    private WorkerService(Closer closer, int port) {
        this.closer = closer;
        this.port = port;
    }

    /// Opens the service; it is ready when `/readyz` says so. What breaks later goes to `barrier`.
    public static WorkerService launch(Config config, StopBarrier barrier) {
        Closer closer = new Closer();
        try {
            return new WorkerService(closer, open(config, barrier, closer));
        } catch (RuntimeException e) {
            closer.close();
            throw e;
        }
    }

    private static int open(Config config, StopBarrier barrier, Closer closer) {
        Metrics metrics = closer.own("metrics", new Metrics("agent-worker"));
        Readiness readiness = new Readiness();
        KafkaClients kafka = new KafkaClients(config);
        Admin admin = closer.own("admin client", kafka.admin("agent-worker-probe"));
        KafkaProbe probe = new KafkaProbe(
                "worker-probe", admin,
                List.of(
                        Topics.RUN_EVENTS, Topics.CALL_MEDIA, Topics.CALL_LIFECYCLE, Topics.SOCKET_COMMANDS,
                        Topics.CONVERSATION_EVENTS, Topics.CONVERSATION_SNAPSHOTS, Topics.CALL_JOURNAL,
                        Topics.AGENT_DEFINITIONS, Topics.CALL_KEYS, Topics.DEAD_LETTERS));
        readiness.require(probe::reason);
        AdminServer server = closer.own("administration", AdminServer.start(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.WORKER_PORT), metrics, readiness));
        Producer<byte[], byte[]> events =
                closer.own("event producer", kafka.events("agent-worker-events", Duration.ZERO));
        Voice kevin = new CachedVoice(new FreeTtsVoice(), VOICE_CACHE_BYTES);
        Map<String, Voice> voices = Map.of("kevin16", kevin);
        Wire wire = closer.own("ways to outside services", new Wire(config.get(Keys.OUTBOUND_ALLOWED_NETWORKS)));
        AgentEngines engines = engines(voices, wire, new ServiceKeys(config.get(Keys.SERVICE_KEYS), storedKeys(config, closer)),
                counted(metrics));
        Thread.ofVirtual().name("engine-warm-up").start(() -> {
            engines.warmUp(ExampleAgents.definition("receptionist")); // a schema is read sooner than lines are spoken
            engines.warmUp(DemoAgents.talking());
        });
        DeadLetters deadLetters = new DeadLetters(events, metrics);
        DefinitionReader definitions = new DefinitionReader(
                () -> kafka.reader("agent-worker-definitions", "earliest", DEFINITION_POLL_RECORDS), deadLetters,
                DefinitionReader.CACHE_BYTES, DefinitionPlaces.CAPACITY);
        CallKeyReader keys = new CallKeyReader(
                () -> kafka.reader("agent-worker-keys", "earliest", SNAPSHOT_POLL_RECORDS),
                config.find(Keys.CALL_KEYS_KEY).orElse(null), deadLetters, InstantSource.system());
        Duration session = SessionTimeouts.taken(admin, config.get(Keys.WORKER_SESSION_TIMEOUT));
        ConversationLoop.Limits limits = new ConversationLoop.Limits(
                config.get(Keys.MAX_CONVERSATIONS), (int) config.get(Keys.CALL_LOST_AFTER).toSeconds() + 30, session.toMillis());

        List<ArrivalLoader> arrivals = new ArrayList<>();
        for (int n = 0; n < config.get(Keys.WORKER_LOOPS); n++) {
            String client = "agent-worker-" + n + "-arrivals";
            arrivals.add(new ArrivalLoader(
                    () -> kafka.arrivals(client, SNAPSHOT_POLL_RECORDS), deadLetters, System::currentTimeMillis));
        }
        AtomicBoolean closing = new AtomicBoolean();
        closer.own("rehearsal", () -> closing.set(true));
        Thread rehearsing = Thread.ofPlatform().daemon().name("rehearsal").uncaughtExceptionHandler((_, failure) ->
                log.atWarn().setCause(failure).log("not rehearsed: the first calls that are taken over wait longer")).start(() -> {
            arrivals.forEach(ArrivalLoader::warmUp);
            Rehearsal.Played played = Rehearsal.once(engines, System.currentTimeMillis(), DemoAgents.echo(), DemoAgents.talking());
            if (WorkersGroup.hasMembers(admin)) { // else calls may be waiting for this very process
                played = played.plus(Rehearsal.often(engines, System.currentTimeMillis(), () -> !closing.get(), DemoAgents.echo(), DemoAgents.talking()));
            }
            log.atInfo().addKeyValue("taken_over", played.takenOver()).addKeyValue("failed", played.failed()).log("rehearsed");
        });
        BooleanSupplier prepared = () -> keys.ready() && !rehearsing.isAlive();
        List<ConversationLoop> loops = new ArrayList<>();
        for (int n = 0; n < arrivals.size(); n++) {
            String client = "agent-worker-" + n;
            NextPartition next = new NextPartition();
            loops.add(new ConversationLoop(n, new ConversationLoop.Parts(
                    closer.own("consumer", kafka.worker(client, MAX_POLL_RECORDS, session, next)),
                    next,
                    closer.own("command producer", kafka.replies(client + "-replies")),
                    events,
                    arrivals.get(n),
                    task -> Thread.ofPlatform().daemon().name(client + "-arrivals").start(task),
                    deadLetters, engines, definitions, metrics, limits, System::currentTimeMillis, keys::find, prepared)));
        }
        metrics.gauge("agent_stream_worker_conversations", () -> loops.stream().mapToInt(ConversationLoop::conversations).sum());
        readiness.require(() -> definitions.ready() ? Optional.empty() : Optional.of("definitions are being read"));
        readiness.require(() -> keys.ready() ? Optional.empty() : Optional.of("keys of calls are being read"));
        readiness.require(() -> rehearsing.isAlive() ? Optional.of("it rehearses a take-over") : Optional.empty());
        readiness.require(() -> loops.stream().allMatch(ConversationLoop::ready)
                ? Optional.empty()
                : Optional.of("a loop waits for its share of the partitions"));

        closer.own("probe", new DutyCycleRunner(probe, LOOP_CLOSE_LIMIT, barrier::fault).start());
        closer.own("definitions", new DutyCycleRunner(definitions, LOOP_CLOSE_LIMIT, barrier::fault).start());
        closer.own("keys of calls", new DutyCycleRunner(keys, LOOP_CLOSE_LIMIT, barrier::fault).start());
        for (ConversationLoop loop : loops) {
            closer.own(loop.role(), new DutyCycleRunner(loop, LOOP_CLOSE_LIMIT, barrier::fault).start());
        }
        return server.port();
    }

    /// A new engine is a line here, and its definitions are checked by `AgentDefinitions`.
    ///
    /// @param voices by name, all of [ScriptedDefinition#VOICES]; they keep what was said often
    /// @param failures is told of each failure of an agent's services
    static AgentEngines engines(Map<String, Voice> voices, Wire wire, ServiceKeys keys, FailureListener failures) {
        LongFunction<DefinedServices> defined = organization -> {
            Wire own = wire.of(organization);
            return new DefinedServices(services(own, voices), keys, new HttpTools(own), new McpTools(own), organization);
        };
        return AgentEngines.of(
                new EchoEngine(), new ScriptedEngine(voices), new CascadeEngine(defined::apply, failures),
                new RealtimeEngine(defined::apply, failures));
    }

    /// Of four kinds by what has failed: whose service it was is in the log, for nobody to be counted by.
    static FailureListener counted(Metrics metrics) {
        return (kind, failure) -> metrics.counter(
                        "agent_stream_worker_service_failures", "service", kind.name().toLowerCase(Locale.ROOT), "failure", failure.kind())
                .increment();
    }

    private static StoredKeys storedKeys(Config config, Closer closer) {
        Optional<URI> orchestrator = config.find(Keys.ORCHESTRATOR_ADMIN_URL);
        Optional<Secret> secret = config.find(Keys.WORKER_SECRET);
        if (orchestrator.isEmpty() || secret.isEmpty()) {
            return StoredKeys.NONE;
        }
        OrchestratorKeys keys = closer.own("stored keys", new OrchestratorKeys(
                orchestrator.get(), new WorkerSecret(secret.get(), new SecureRandom()), InstantSource.system()));
        return new RememberedKeys(keys, InstantSource.system());
    }

    /// A new vendor is a line here.
    ///
    /// @param voices by name, all of [ScriptedDefinition#VOICES]; they keep what was said often
    static Services services(Wire wire, Map<String, Voice> voices) {
        return new Services(
                List.of(new DeepgramEars(wire), new OpenAiEars(wire)),
                List.of(new OpenAiBrains(wire), new AnthropicBrains(wire)),
                List.of(new ElevenLabsMouths(wire), new CartesiaMouths(wire), new OpenAiMouths(wire), new OfflineMouths(voices, "kevin16")),
                List.of(new OpenAiRealtimes(wire)));
    }

    /// Port of health and metrics.
    public int port() {
        return port;
    }

    @Override
    public void close() {
        closer.close();
    }
}
