package io.agentstream.cli;

import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.export.Manifest;
import io.agentstream.cli.api.ApiAccess;
import io.agentstream.cli.api.ApiClient;
import io.agentstream.cli.api.RunFinder;
import io.agentstream.runtime.ServiceMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// The command `export`. What it has received is read once before it gets its name, so that a file of that name is whole.
@Command(
        name = "export",
        description = {
            "Writes a call to one file, which can be read without any server: its records, the agent's definition, the run, and a manifest with"
                    + " hashes. It holds what was said, and who called, in the clear; only you may read it.",
            "With --redact numbers, words, keys pressed, parameters and voices are masked, and cannot be recovered from it."
        },
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private ApiAccess access = new ApiAccess();

    @Parameters(paramLabel = "RUN", description = "A run's number or name (WR-AGS-...), or a call's id.")
    private String target = "";

    @Option(names = "-o", paramLabel = "FILE", required = true, description = "Where it is written to, such as call.tar.zst.")
    private Path file = Path.of("call.tar.zst");

    @Option(names = "--redact", description = "Masks what is personal.")
    private boolean redact;

    @Option(names = "--force", description = "Writes over a file that is there.")
    private boolean force;

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (!force && Files.exists(file)) {
            throw exists();
        }
        try (ApiClient client = access.client(terminal.environment());
                WholeFile written = WholeFile.at(file)) {
            JsonNode run = RunFinder.find(client, target);
            receive(client, run.path("id").asLong(), written.part());
            Manifest manifest;
            try (CallFile whole = CallFile.open(written.part())) {
                manifest = whole.manifest();
            }
            long bytes = Files.size(written.part());
            name(written);
            say(manifest, bytes);
        }
        return ServiceMain.EXIT_OK;
    }

    private void receive(ApiClient client, long run, Path part) throws IOException, InterruptedException {
        String path = "/api/v1/runs/" + run + "/export" + ApiClient.query(Map.of("redact", redact));
        try (InputStream from = client.open(path, Map.of("Accept", "application/zstd"));
                OutputStream to = Files.newOutputStream(part, StandardOpenOption.TRUNCATE_EXISTING)) {
            from.transferTo(to);
        }
    }

    private void name(WholeFile written) throws IOException {
        if (force) {
            written.replace();
            return;
        }
        try {
            written.create();
        } catch (FileAlreadyExistsException meanwhile) {
            throw exists();
        }
    }

    private IOException exists() {
        return new IOException(file + " is there already; --force writes over it.");
    }

    private void say(Manifest manifest, long bytes) {
        long records = manifest.topics().stream().mapToLong(Manifest.TopicPart::records).sum();
        terminal.out().println(manifest.runName() + ": " + records + " records, " + bytes / 1024 + " KiB"
                + (manifest.redacted() ? ", redacted" : "") + (manifest.over() ? "" : ", of a call that was not over") + ": " + file);
        gaps(manifest);
    }

    private void gaps(Manifest manifest) {
        manifest.gaps().stream().map(ExportCommand::sentence).distinct().limit(10).forEach(terminal.out()::println);
    }

    private static @Nullable String numbers(Manifest.Gap gap) {
        return gap.firstSeq() == 0 ? null : gap.firstSeq() == gap.lastSeq() ? "number " + gap.firstSeq()
                : "numbers " + gap.firstSeq() + " to " + gap.lastSeq();
    }

    private static String sentence(Manifest.Gap gap) {
        String numbers = numbers(gap);
        return "  not in it: records of " + gap.topic() + (numbers == null ? "" : ", " + numbers) + ", which are " + switch (gap.why()) {
            case "deleted" -> "deleted";
            case "lost" -> "lost, or never came";
            case "sealed" -> "sealed with a key that is gone";
            default -> gap.why();
        };
    }
}
