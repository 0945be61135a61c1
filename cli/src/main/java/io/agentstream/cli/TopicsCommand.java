package io.agentstream.cli;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaNames;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.runtime.TopicProvisioner.Difference;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "topics",
        description = "Creates the topics that are missing, and refuses those that differ from what the services expect.",
        mixinStandardHelpOptions = true)
final class TopicsCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--check", description = "Only compare; create nothing. Exit code 1 where anything differs.")
    private boolean check;

    TopicsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Config config = Config.load(terminal.environment(), Map.of(), List.of(Keys.KAFKA_BOOTSTRAP_SERVERS));
        KafkaNames.require(config);
        TopicProvisioner.Plan plan = TopicProvisioner.Plan.of(config);
        try (Admin admin = new KafkaClients(config).admin("topics")) {
            TopicProvisioner provisioner = new TopicProvisioner(admin, plan);
            List<Difference> differences = check ? provisioner.compare() : provisioner.provision();
            if (differences.isEmpty()) {
                Topics.ALL.forEach(topic -> terminal.out().printf(
                        Locale.ROOT,
                        "%-28s %4d partitions%n", topic.name(), plan.partitions(topic)));
                return ServiceMain.EXIT_OK;
            }
            String servers = config.get(Keys.KAFKA_BOOTSTRAP_SERVERS);
            differences.forEach(difference -> terminal.err().println(difference + "\n  " + difference.remedy(servers)));
            terminal.err().println("Topics that exist are not changed from here.");
            return ServiceMain.EXIT_FAULT;
        }
    }
}
