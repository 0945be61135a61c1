package io.agentstream.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command itself; all it does is to have commands.
@Command(
        name = "agent-stream",
        description = "Phone calls to voice agents, carried by Kafka from the first frame to the last.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n")
public final class AgentStream {

    private AgentStream() {}

    /// Runs a command line and returns the exit code: 0 for success, 1 for a failure, 2 for a command line that makes no sense,
    /// 78 for a configuration that cannot be used.
    ///
    /// @param terminal where it writes, and the configuration variables
    public static int run(Terminal terminal, String... arguments) {
        CommandLine line = new CommandLine(new AgentStream());
        List<String> hints = new ArrayList<>();
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            provider.commands(terminal).forEach(line::addSubcommand);
            hints.add("");
            hints.addAll(provider.hints());
        }
        List.of(
                        new ServiceCommands.Gateway(terminal),
                        new ServiceCommands.Orchestrator(terminal),
                        new ServiceCommands.Worker(terminal),
                        new TopicsCommand(terminal),
                        new DoctorCommand(terminal),
                        new AuditCommand(terminal),
                        new VerifyCommand(terminal),
                        new ExportCommand(terminal),
                        new RunsCommand(terminal),
                        new ReplayCommand(terminal),
                        new TailCommand(terminal),
                        new TenantCommand(terminal),
                        new ReencryptCommand(terminal))
                .forEach(line::addSubcommand);
        line.addSubcommand(new CommandLine.HelpCommand());
        hints.add("");
        hints.add("Every configuration key is described in docs/configuration.md.");
        line.getCommandSpec().usageMessage().footer(hints.toArray(String[]::new));
        line.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
        line.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        Arguments.prepare(line);
        line.setExecutionExceptionHandler((e, command, parsed) -> Problems.say(e, command.getErr()));
        return arguments.length == 0 ? line.execute("--help") : line.execute(arguments);
    }
}
