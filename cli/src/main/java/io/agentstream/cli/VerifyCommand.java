package io.agentstream.cli;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.KafkaCallSource;
import io.agentstream.calllog.KafkaDefinitions;
import io.agentstream.calllog.verify.JournalReading;
import io.agentstream.calllog.verify.Verification;
import io.agentstream.calllog.verify.VerificationText;
import io.agentstream.cli.text.Paint;
import io.agentstream.cli.verify.RecordedEnd;
import io.agentstream.cli.verify.RunCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.SealKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command `verify`.
@Command(
        name = "verify",
        description = "Runs a call again: the machine of its conversation takes in what it took in then, and each effect is compared. The first"
                + " difference is shown with what was before it, and ends the comparison. Exit code 1 where there is one, or where not all"
                + " could be run again. Of the gateway's machine it is asked whether the call could have ended as it has. Changes nothing.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration STATEMENT = Duration.ofMinutes(1);

    private final Terminal terminal;

    @Parameters(
            paramLabel = "RUN|FILE|FOLDER",
            description = "A run's number or name (WR-AGS-...), or a call's id; or an exported call, or a folder of them (*.tar.zst), for which it"
                    + " takes no server.")
    private String target = "";

    @Option(names = "--data", paramLabel = "DIR", description = "Looks at the system that `up` runs in DIR (default: the installation of the environment, or else .agent-stream).")
    private @Nullable Path data;

    VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Path path = path();
        if (path != null) {
            return new VerifiedFiles(terminal.out()).verify(path) ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
        }
        Config config = Installation.nearest(
                terminal.environment(), data, List.of(Keys.KAFKA_BOOTSTRAP_SERVERS, Keys.DATABASE_URL));
        RunCalls run = run(config);
        KafkaClients clients = new KafkaClients(config);
        CallSource source = new KafkaCallSource(clients, run.places());
        Verification conversation = JournalReading.verify(source, run.places().callId(), words(config, run.keys()), new KafkaDefinitions(clients)::find);
        VerificationText.lines(run.name(), conversation).forEach(terminal.out()::println);
        RecordedEnd end = RecordedEnd.of(source, slot -> new KafkaCallSource(clients, run.at(slot)));
        terminal.out().println((end.possible().isEmpty() ? "  note: " : "  ") + Paint.clean(end.says()));
        return conversation.same() && end.possible().orElse(true) ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
    }

    /// What the target is in the file system; null where it is nothing there. A run's number is no file's name for us.
    private @Nullable Path path() {
        try {
            return target.matches("[0-9]+") || !Files.exists(Path.of(target)) ? null : Path.of(target);
        } catch (InvalidPathException noPath) {
            return null;
        }
    }

    private RunCalls run(Config config) throws IOException, ConfigException {
        try (Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(), config.get(Keys.DATABASE_USER), config.get(Keys.DATABASE_PASSWORD), "verify",
                1, CONNECT, STATEMENT))) {
            return RunCalls.find(database, target)
                    .orElseThrow(() -> new IOException("there is no run '" + target + "'; a run's number, its name (WR-AGS-...) or a call's id"));
        }
    }

    /// The key of words; null where the call has none any more, or the installation's key is not here.
    private static @Nullable SealKey words(Config config, @Nullable CallKeys keys) {
        return keys == null
                ? null
                : config.find(Keys.CALL_KEYS_KEY)
                        .flatMap(wrapping -> wrapping.unwrap(keys))
                        .map(CallSecrets::words)
                        .orElse(null);
    }
}
