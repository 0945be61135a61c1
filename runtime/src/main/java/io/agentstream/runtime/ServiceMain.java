package io.agentstream.runtime;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one service from its configuration to its end.
public final class ServiceMain {

    public static final int EXIT_OK = 0;
    public static final int EXIT_FAULT = 1;
    /// EX_CONFIG of sysexits.h.
    public static final int EXIT_CONFIG = 78;

    private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

    /// Opens a service. What it opened before it failed, it has to close.
    @FunctionalInterface
    public interface Launcher {
        AutoCloseable launch(Config config, StopBarrier barrier) throws Exception;
    }

    private ServiceMain() {}

    /// Blocks until the service is told to stop and is closed; returns the process's exit code.
    ///
    /// @param err where a person is told what is wrong with the configuration
    public static int run(
            String name, Map<String, String> environment, List<Key<?>> required, Launcher launcher, PrintStream err)
            throws InterruptedException {
        for (String unknown : Config.unknownVariables(environment)) {
            log.atWarn().addKeyValue("variable", unknown).log("unknown configuration variable, ignored");
        }
        Config config;
        try {
            config = Config.load(environment, Map.of(), required);
        } catch (ConfigException e) {
            return refused(e, err);
        }
        StopBarrier barrier = new StopBarrier().onSignals();
        int code = EXIT_FAULT;
        try {
            KafkaNames.await(config, barrier);
        } catch (ConfigException e) {
            barrier.closed(EXIT_CONFIG);
            return refused(e, err);
        }
        try (AutoCloseable service = launcher.launch(config, barrier)) {
            log.atInfo().addKeyValue("service", name).log("started");
            Optional<Throwable> fault = barrier.await();
            code = fault.isEmpty() ? EXIT_OK : EXIT_FAULT;
            log.atInfo().addKeyValue("service", name).log("stopping");
        } catch (InterruptedException e) {
            throw e;
        } catch (ConfigException e) {
            code = refused(e, err); // what a key names is not what it should be
        } catch (PortTakenException e) {
            err.println("agent-stream: " + e.getMessage() + portKeys(config, e.port()));
            code = EXIT_FAULT;
        } catch (Exception e) {
            ConfigException wrong = refusedByKafka(e);
            if (wrong != null) {
                code = refused(wrong, err);
                return code;
            }
            log.atError().addKeyValue("service", name).setCause(e).log("service failed");
            code = EXIT_FAULT;
        } finally {
            log.atInfo().addKeyValue("service", name).addKeyValue("exit", code).log("stopped");
            barrier.closed(code);
        }
        return code;
    }

    /// What Kafka's clients say of a property that was handed to them, or null where `e` is something else.
    public static @Nullable ConfigException refusedByKafka(Exception e) {
        @Nullable Throwable cause = e;
        while (cause != null) {
            if (cause instanceof org.apache.kafka.common.config.ConfigException) {
                return new ConfigException(List.of(Key.PREFIX + "KAFKA_...: " + cause.getMessage()));
            }
            cause = cause.getCause();
        }
        return null;
    }

    /// The variables that may have said so: which of them, only the service knows.
    private static String portKeys(Config config, int port) {
        String variables = Keys.ALL.stream()
                .filter(key -> key.name().endsWith("_PORT") && config.find(key).filter(value -> value.equals(port)).isPresent())
                .map(Key::variable)
                .collect(Collectors.joining(" or "));
        return variables.isEmpty() ? "" : " (" + variables + ")";
    }

    private static int refused(ConfigException e, PrintStream err) {
        err.println("The configuration cannot be used:");
        e.problems().forEach(problem -> err.println("  " + problem));
        err.println("Every key is described in docs/configuration.md.");
        return EXIT_CONFIG;
    }
}
