package io.agentstream.dev.e2e;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.runtime.StopBarrier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.io.TempDir;

/// Gives tests the one system that all of them share: started for the first, closed after the last. Tests keep out of each
/// other's way by agents and sessions of their own. A parameter that is a path is the system's data directory.
///
/// Its classes say by a lock of this [#NAME] whether the calls of others may be there meanwhile: who reads only adds calls of its own,
/// and who does not changes what all of them see, or takes a part of the system away.
final class SharedSystem implements ParameterResolver {

    static final String NAME = "the shared system";

    /// Short enough that the tests of timeouts do not wait long, long enough for a busy machine.
    static final long HANDSHAKE_MS = 5_000;

    private static final long WARM_UP_MS = 2_000;
    private static final int WARM_UP_CALLS = 5;

    /// For systems of a test's own: their first call comes while everything is cold and other tests have the processors.
    static final long COLD_HANDSHAKE_MS = 10_000;

    /// Variables for a system of a test's own.
    static Map<String, String> coldEnvironment() {
        Map<String, String> environment = environment();
        environment.put("AGENT_STREAM_HANDSHAKE_TIMEOUT", COLD_HANDSHAKE_MS + "ms");
        return environment;
    }

    /// Variables that make every port free to choose.
    static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        for (String port : new String[] {"GATEWAY", "GATEWAY_ADMIN", "API", "API_ADMIN", "WORKER", "SANDBOX", "KAFKA", "POSTGRES"}) {
            environment.put("AGENT_STREAM_" + port + "_PORT", "0");
        }
        environment.put("AGENT_STREAM_HANDSHAKE_TIMEOUT", HANDSHAKE_MS + "ms");
        environment.put("AGENT_STREAM_CALL_ALIVE_INTERVAL", "1s");
        environment.put("AGENT_STREAM_CALL_LOST_AFTER", "12s");
        environment.put("AGENT_STREAM_CONVERSATION_TIMEOUT", "7s");
        environment.put("AGENT_STREAM_WORKER_SESSION_TIMEOUT", "6s"); // this process stands still for longer than one that only serves
        environment.put("AGENT_STREAM_CLOUDONIX_RATE_LIMIT", "1000");
        environment.put("AGENT_STREAM_API_SHARE_PERCENT", "100000"); // one tenant for all tests of a build
        return environment;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == LocalSystem.class || (type == Path.class && !parameter.isAnnotated(TempDir.class));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Running running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedSystem.class))
                .computeIfAbsent("system", key -> new Running(), Running.class);
        return parameter.getParameter().getType() == Path.class ? running.directory : running.system;
    }

    /// What the store closes at the end.
    private static final class Running implements AutoCloseable {
        private final Path directory;
        private final LocalSystem system;

        Running() {
            try {
                directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "e2e-");
                system = LocalSystem.start(directory, false, environment(), new StopBarrier(), step -> {});
                warmUp(system.demo());
            } catch (Exception e) {
                throw new IllegalStateException("the system did not start", e);
            }
        }

        /// The first call of a cold process may take longer than the tests' handshake: that is nobody's fault, and no test's to meet.
        private static void warmUp(DemoFile demo) throws InterruptedException {
            try (SimulatedProvider provider = new SimulatedProvider()) {
                int calls = 0;
                CallOutcome outcome;
                do {
                    outcome = provider.place(CallPlan.to(URI.create(demo.echoStreamUrl()), demo.domain()).withMaxMs(WARM_UP_MS));
                } while (outcome.firstAudioMs() < 0 && ++calls < WARM_UP_CALLS);
            }
        }

        @Override
        public void close() throws Exception {
            try (Afterwards _ = Afterwards.delete(directory);
                    LocalSystem _ = system) {
                EveryCallAgain.of(system, directory);
            }
        }
    }
}
