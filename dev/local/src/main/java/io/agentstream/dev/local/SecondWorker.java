package io.agentstream.dev.local;

import io.agentstream.dev.embedded.ReadyWait;
import io.agentstream.dev.embedded.WorkerMetrics;
import io.agentstream.runtime.Keys;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A worker in a process of its own beside a system that runs, to be killed. It does not outlive this process. One thread.
final class SecondWorker implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final int CLOSE_LIMIT_SECONDS = 20;

    /// With as many loops it has most of the partitions of a system that has four.
    private static final String LOOPS = "3";

    private final Process process;
    private final String adminUrl;

    private SecondWorker(Process process, String adminUrl) {
        this.process = process;
        this.adminUrl = adminUrl;
    }

    /// Returns when both it and the system's own worker have their shares of the partitions.
    ///
    /// @param data of the running system; its log is written there, `second-worker.log`
    /// @param environment configuration variables that a person set
    /// @throws IOException where it does not start
    static SecondWorker start(Path data, DemoFile demo, Map<String, String> environment) throws IOException, InterruptedException {
        Path log = data.toAbsolutePath().normalize().resolve("second-worker.log");
        Process process = process(data, demo, environment, log);
        try {
            BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
            String port = said.readLine();
            if (port == null) {
                throw new IOException("a second worker did not start; its log is " + log);
            }
            SecondWorker worker = new SecondWorker(process, "http://127.0.0.1:" + port);
            new ReadyWait(List.of(worker.adminUrl, demo.workerUrl())).await(READY_LIMIT);
            return worker;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    private static Process process(Path data, DemoFile demo, Map<String, String> environment, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                        "-cp", System.getProperty("java.class.path"), SecondWorkerMain.class.getName(), log.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> variables = builder.environment();
        variables.putAll(LocalSecrets.readOrMake(data).defaults());
        variables.putAll(environment);
        variables.put(Keys.BIND_ADDRESS.variable(), "127.0.0.1");
        variables.put(Keys.WORKER_PORT.variable(), "0");
        variables.put(Keys.WORKER_LOOPS.variable(), LOOPS);
        variables.put(Keys.KAFKA_BOOTSTRAP_SERVERS.variable(), demo.kafkaBootstrapServers());
        variables.putIfAbsent(Keys.ORCHESTRATOR_ADMIN_URL.variable(), demo.apiAdminUrl());
        return builder.start();
    }

    long pid() {
        return process.pid();
    }

    /// Conversations that it holds at present.
    ///
    /// @throws IOException where it is not there any more
    int conversations() throws IOException, InterruptedException {
        return WorkerMetrics.conversations(adminUrl);
    }

    /// SIGKILL: nothing of it is closed, and nobody is told.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Lets it hand over what it holds, and ends it in any case.
    @Override
    public void close() {
        try {
            process.outputWriter(StandardCharsets.UTF_8).close();
            if (process.waitFor(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException dead) {
            // then it is not to be ended
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
