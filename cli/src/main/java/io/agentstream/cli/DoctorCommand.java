package io.agentstream.cli;

import io.agentstream.cli.doctor.Doctor;
import io.agentstream.cli.doctor.Finding;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.schemas.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;

/// The command `doctor`.
@Command(
        name = "doctor",
        description = "Goes through what an installation needs, with the services' own configuration: Kafka and its topics, PostgreSQL, the"
                + " provider's API, clocks, the public URL of the gateway, disks. A line for each: ok, or what is wrong and what to do. Exit code 1"
                + " where something is wrong. Changes nothing.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--data", paramLabel = "DIR", description = "Looks at the system that `up` runs in DIR.")
    private @Nullable Path data;

    @Option(
            names = "--organization",
            paramLabel = "ID",
            description = "Also asks the provider whether it takes the stored tokens of this organisation.")
    private @Nullable Long organization;

    @Option(names = "--json", description = "Prints a JSON list of {about, ok, says, to_do}.")
    private boolean json;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Config config = Installation.config(terminal.environment(), data, List.of());
        List<Finding> findings = Doctor.of(config, data, organization).look(finding -> {
            if (!json) {
                terminal.out().println(finding.line());
            }
        });
        if (json) {
            ArrayNode list = Json.MAPPER.createArrayNode();
            findings.forEach(finding -> list.addObject()
                    .put("about", finding.about())
                    .put("ok", finding.isOk())
                    .put("says", finding.says())
                    .put("to_do", finding.remedy()));
            terminal.out().println(list);
        }
        return findings.stream().allMatch(Finding::isOk) ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
    }
}
