package io.agentstream.dev.e2e;

import io.agentstream.dev.embedded.ChildJvm;
import io.agentstream.orchestrator.facts.Projections;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// The projections in a process of their own, to be killed. It is missed sooner than in production, where a slow machine must not look like a
/// dead one.
final class FactsProcess implements AutoCloseable {

    static final Duration SESSION = Duration.ofSeconds(3);

    private final ChildJvm jvm;

    private FactsProcess(ChildJvm jvm) {
        this.jvm = jvm;
        jvm.await("started");
    }

    static FactsProcess start(String servers, Path directory) throws IOException {
        return new FactsProcess(ChildJvm.run(FactsProcess.class, servers, directory.toString()));
    }

    public static void main(String[] arguments) throws Exception {
        KafkaClients clients = new KafkaClients(arguments[0], Map.of(), Duration.ZERO);
        Projections projections = new Projections(clients, Path.of(arguments[1]), () -> true, SESSION);
        new DutyCycleRunner(projections, Duration.ofSeconds(10), fault -> Runtime.getRuntime().halt(1)).start();
        System.out.println("started");
        while (System.in.read() >= 0) {
            // nobody writes: the end is that of whoever started this
        }
        Runtime.getRuntime().halt(0);
    }

    void kill() throws InterruptedException {
        jvm.kill();
    }

    @Override
    public void close() {
        jvm.close();
    }
}
