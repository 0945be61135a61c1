package io.agentstream.allinone.bench;

import io.agentstream.allinone.bench.bare.BareKafkaCallsPart;
import io.agentstream.allinone.bench.bare.BareKafkaWorkerPart;
import io.agentstream.allinone.bench.bare.BareSocketPart;
import io.agentstream.allinone.bench.load.LoadPart;
import io.agentstream.allinone.bench.process.PartMain;
import io.agentstream.allinone.bench.system.BrokerPart;
import io.agentstream.allinone.bench.system.PostgresPart;
import io.agentstream.allinone.bench.system.SandboxPart;
import io.agentstream.allinone.bench.system.ServicePart;
import java.io.IOException;

/// Entry point of the processes that the bench starts.
public final class BenchPart {

    private BenchPart() {}

    /// @param arguments the name of the part
    public static void main(String[] arguments) throws IOException {
        PartMain.run(settings -> switch (arguments[0]) {
            case "load" -> new LoadPart(settings);
            case "bare-socket" -> new BareSocketPart(settings);
            case "bare-kafka-calls" -> new BareKafkaCallsPart(settings);
            case "bare-kafka-worker" -> new BareKafkaWorkerPart(settings);
            case "broker" -> new BrokerPart(settings);
            case "postgres" -> new PostgresPart(settings);
            case "sandbox" -> new SandboxPart(settings);
            case "gateway" -> ServicePart.gateway(settings);
            case "orchestrator" -> ServicePart.orchestrator(settings);
            case "worker" -> ServicePart.worker(settings);
            default -> throw new IllegalArgumentException("unknown part " + arguments[0]);
        });
    }
}
