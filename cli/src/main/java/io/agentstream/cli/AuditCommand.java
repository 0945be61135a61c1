package io.agentstream.cli;

import io.agentstream.cli.audit.Audit;
import io.agentstream.cli.audit.Disagreement;
import io.agentstream.cli.audit.Window;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Durations;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// The command `audit`.
@Command(
        name = "audit",
        description = "Compares what the database, the ledger, the topics and the facts say of the calls that were accepted in a stretch of"
                + " time, and names every run in which they disagree. Exit code 1 where one does. Changes nothing.",
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration STATEMENT = Duration.ofMinutes(10);

    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--since",
            required = true,
            paramLabel = "T",
            description = "Calls accepted from then on: a time (2026-11-27T09:00:00Z), a day (2026-11-27, in UTC), or how long ago (90m, 1h, 7d).")
    private String since = "";

    @Option(names = "--until", paramLabel = "T", description = "Calls accepted before then; the same forms. Without it: until now.")
    private @Nullable String until;

    @Option(names = "--data", paramLabel = "DIR", description = "Looks at the system that `up` runs in DIR (default: the installation of the environment, or else .agent-stream).")
    private @Nullable Path data;

    @Option(
            names = "--settled",
            paramLabel = "D",
            defaultValue = "30s",
            description = "How long nothing must have come of a call that is over for it to be judged, unless everything has come of it."
                    + " Default: ${DEFAULT-VALUE}.")
    private String settled = "";

    @Option(names = "--json", description = "Prints JSON, one object a line; the last one is the summary.")
    private boolean json;

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Instant now = Instant.now();
        Instant from = Arguments.time(spec, "--since", since, now);
        Instant to = until == null ? now : Arguments.time(spec, "--until", until, now);
        if (!from.isBefore(to)) {
            throw Arguments.wrong(spec, "--since is not before --until");
        }
        Duration settledAfter = duration("--settled", settled);
        Config config = Installation.nearest(
                terminal.environment(), data, List.of(Keys.KAFKA_BOOTSTRAP_SERVERS, Keys.DATABASE_URL));
        Window window = new Window(from, to, now, settledAfter, config.get(Keys.CALL_LOST_AFTER).multipliedBy(2));
        try (Database database = open(config)) {
            Audit.Outcome outcome = new Audit(new KafkaClients(config), database).run(window, this::say);
            conclude(window, outcome);
            return outcome.disagreements() == 0 ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
        }
    }

    private static Database open(Config config) throws ConfigException, IOException {
        Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(), config.get(Keys.DATABASE_USER), config.get(Keys.DATABASE_PASSWORD), "audit", 1,
                CONNECT, STATEMENT));
        try {
            OptionalInt pending = database.pendingMigrations();
            if (pending.isEmpty() || pending.getAsInt() > 0) {
                throw new IOException("the database's tables are of another version; run this command of the version that the orchestrators have");
            }
            return database;
        } catch (RuntimeException | IOException failure) {
            database.close();
            throw failure;
        }
    }

    private void say(Disagreement wrong) {
        if (!json) {
            terminal.out().println(wrong.line());
            return;
        }
        ObjectNode line = Json.MAPPER.createObjectNode().put("type", "disagreement").put("kind", wrong.kind().text());
        wrong.runs().forEach(line.putArray("runs")::add);
        line.put("call_id", wrong.callId() == null ? null : wrong.callId().toString());
        line.put("organization_id", wrong.organizationId());
        line.put("says", wrong.says());
        terminal.out().println(line);
    }

    private void conclude(Window window, Audit.Outcome outcome) {
        if (json) {
            ObjectNode line = Json.MAPPER.createObjectNode()
                    .put("type", "summary")
                    .put("since", window.from().toString())
                    .put("until", window.until().toString())
                    .put("calls", outcome.calls())
                    .put("not_judged", outcome.unsettled())
                    .put("disagreements", outcome.disagreements());
            outcome.notes().forEach(line.putArray("notes")::add);
            terminal.out().println(line);
            return;
        }
        outcome.notes().forEach(note -> terminal.out().println("note   " + note));
        terminal.out().println(outcome.calls() + " calls from " + window.from() + " until " + window.until() + ", "
                + outcome.unsettled() + " of them not judged yet; disagreements: " + outcome.disagreements());
    }

    private Duration duration(String option, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException no) {
            throw Arguments.wrong(spec, "'" + text + "' for " + option + " " + no.getMessage());
        }
    }
}
