package io.agentstream.dev.bench;

import io.agentstream.dev.bench.bare.BareFramingPart;
import io.agentstream.dev.bench.bare.BareKafkaCallsPart;
import io.agentstream.dev.bench.bare.BareKafkaWorkerPart;
import io.agentstream.dev.bench.bare.BareSocketPart;
import io.agentstream.dev.bench.load.LoadPart;
import io.agentstream.dev.bench.process.PartMain;
import io.agentstream.dev.bench.system.BrokerPart;
import io.agentstream.dev.bench.system.FollowersPart;
import io.agentstream.dev.bench.system.PostgresPart;
import io.agentstream.dev.bench.system.SandboxPart;
import io.agentstream.dev.bench.system.ServicePart;
import io.agentstream.dev.bench.talk.ServicesPart;
import io.agentstream.dev.bench.talk.TalkersPart;
import java.io.IOException;
import java.util.Locale;

/// Entry point of the processes that the bench starts.
public final class BenchPart {

    private BenchPart() {}

    /// @param arguments the name of the part
    public static void main(String[] arguments) throws IOException {
        Locale.setDefault(Locale.ROOT); // what libraries write and read does not follow the user's language
        PartMain.run(settings -> switch (arguments[0]) {
            case "load" -> new LoadPart(settings);
            case "bare-socket" -> new BareSocketPart(settings);
            case "bare-framing" -> new BareFramingPart(settings);
            case "bare-kafka-calls" -> new BareKafkaCallsPart(settings);
            case "bare-kafka-worker" -> new BareKafkaWorkerPart(settings);
            case "broker" -> new BrokerPart(settings);
            case "postgres" -> new PostgresPart(settings);
            case "sandbox" -> new SandboxPart(settings);
            case "gateway" -> ServicePart.gateway(settings);
            case "orchestrator" -> ServicePart.orchestrator(settings);
            case "worker" -> ServicePart.worker(settings);
            case "followers" -> new FollowersPart(settings);
            case "services" -> new ServicesPart();
            case "callers" -> new TalkersPart(settings);
            default -> throw new IllegalArgumentException("unknown part " + arguments[0]);
        });
    }
}
