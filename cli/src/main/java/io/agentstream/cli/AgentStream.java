package io.agentstream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command itself; all it does is to have commands.
@Command(
        name = "agent-stream",
        description = "Phone calls to voice agents, carried by Kafka from the first frame to the last.",
        mixinStandardHelpOptions = true,
        version = "agent-stream 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n")
public final class AgentStream {

    private AgentStream() {}

    /// Runs a command line and returns the exit code: 0 for success, 1 for a failure, 2 for a command line that makes no sense,
    /// 78 for a configuration that cannot be used.
    ///
    /// @param environment configuration variables
    public static int run(Map<String, String> environment, String... arguments) {
        CommandLine line = new CommandLine(new AgentStream());
        List<String> hints = new ArrayList<>();
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            provider.commands(environment).forEach(line::addSubcommand);
            hints.add("");
            hints.addAll(provider.hints());
        }
        List.of(
                        new ServiceCommands.Gateway(environment),
                        new ServiceCommands.Orchestrator(environment),
                        new ServiceCommands.Worker(environment),
                        new TopicsCommand(environment))
                .forEach(line::addSubcommand);
        hints.add("");
        hints.add("Every configuration key is described in docs/configuration.md.");
        line.getCommandSpec().usageMessage().footer(hints.toArray(String[]::new));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> Problems.say(e, command.getErr()));
        return arguments.length == 0 ? line.execute("--help") : line.execute(arguments);
    }
}
