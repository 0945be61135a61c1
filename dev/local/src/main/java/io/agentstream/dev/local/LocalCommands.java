package io.agentstream.dev.local;

import io.agentstream.cli.CommandProvider;
import io.agentstream.dev.bench.BenchCommand;
import java.util.List;
import java.util.Map;

/// The commands of a developer's machine: `up`, `call` and `bench`.
public final class LocalCommands implements CommandProvider {

    @Override
    public List<Object> commands(Map<String, String> environment) {
        return List.of(new UpCommand(environment), new CallCommand(), new BenchCommand(environment));
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A first call, in two terminals:",
                "  ./agent-stream up",
                "  ./agent-stream call --save reply.wav");
    }
}
