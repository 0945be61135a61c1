package io.agentstream.dev.local;

import io.agentstream.cli.CommandProvider;
import io.agentstream.cli.Terminal;
import io.agentstream.dev.bench.BenchCommand;
import io.agentstream.dev.bench.turns.TurnsCommand;
import java.util.List;

/// The commands of a developer's machine: `up`, `call`, `bench` and `turns`.
public final class LocalCommands implements CommandProvider {

    @Override
    public List<Object> commands(Terminal terminal) {
        return List.of(
                new UpCommand(terminal), new CallCommand(terminal), new BenchCommand(terminal.environment()), new TurnsCommand());
    }

    @Override
    public List<String> hints() {
        return List.of(
                "A first call, in two terminals:",
                "  ./agent-stream up",
                "  ./agent-stream call --save reply.wav");
    }
}
