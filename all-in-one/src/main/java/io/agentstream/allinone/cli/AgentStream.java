package io.agentstream.allinone.cli;

import io.agentstream.allinone.bench.BenchCommand;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command itself; all it does is to have commands.
@Command(
        name = "agent-stream",
        description = "Phone calls to voice agents, carried by Kafka from the first frame to the last.",
        mixinStandardHelpOptions = true,
        version = "agent-stream 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "A first call, in two terminals:",
            "  ./agent-stream up",
            "  ./agent-stream call --save reply.wav",
            "",
            "Every configuration key is described in docs/configuration.md."
        },
        subcommands = {
            UpCommand.class,
            CallCommand.class,
            ServiceCommands.Gateway.class,
            ServiceCommands.Orchestrator.class,
            ServiceCommands.Worker.class,
            TopicsCommand.class,
            BenchCommand.class
        })
public final class AgentStream {

    private AgentStream() {}

    /// Runs a command line and returns the exit code: 0 for success, 1 for a failure, 2 for a command line that makes no sense,
    /// 78 for a configuration that cannot be used.
    ///
    /// @param environment configuration variables
    public static int run(Map<String, String> environment, String... arguments) {
        CommandLine line = new CommandLine(new AgentStream(), new Commands(environment));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> Problems.say(e, command.getErr()));
        return arguments.length == 0 ? line.execute("--help") : line.execute(arguments);
    }

    /// Makes the commands, and gives them the environment.
    private record Commands(Map<String, String> environment) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                return type.getDeclaredConstructor(Map.class).newInstance(environment);
            } catch (NoSuchMethodException plain) {
                return CommandLine.defaultFactory().create(type);
            }
        }
    }
}
