package io.agentstream.cli;

import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.export.Manifest;
import io.agentstream.cli.api.ApiAccess;
import io.agentstream.cli.api.ApiClient;
import io.agentstream.cli.api.RunFinder;
import io.agentstream.cli.api.TimelineStream;
import io.agentstream.cli.replay.CallTime;
import io.agentstream.cli.replay.ReplayedFile;
import io.agentstream.cli.replay.SummaryView;
import io.agentstream.cli.replay.TimelineView;
import io.agentstream.cli.text.Paint;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The command `replay`.
@Command(
        name = "replay",
        description = {
            "Shows what happened in a run: a summary, and below it everything in order, with its time since the socket was accepted.",
            "Times are 90, 90s, 1:30 or 1:30.5."
        },
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    private static final int USUAL_COLUMNS = 110;
    private static final int MAX_COLUMNS = 1_000;

    /// Of one page; a call of an hour has a few.
    private static final int PAGE = 500;

    private final Terminal terminal;

    @Mixin
    private ApiAccess access = new ApiAccess();

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..1",
            description = "The run: its number, its name (WR-AGS-...), or an id of its call, ours or the provider's.")
    private @Nullable String run;

    @Option(names = "--file", paramLabel = "FILE", description = "Instead of a run an exported call (call.tar.zst), for which it takes no server.")
    private @Nullable Path file;

    @Option(names = "--from", paramLabel = "T", description = "From this time of the call on.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "T", description = "Up to this time of the call.")
    private @Nullable String to;

    @Option(
            names = "--kind",
            paramLabel = "K",
            split = ",",
            description = "Only entries of these kinds, also those that are folded away else: lifecycle, decision, provider, turn, heard, said, key,"
                    + " interruption, node, tool, latency, frames, silence, takeover, fault, close, gap, unreadable.")
    private @Nullable List<String> kinds;

    @Option(names = "--slow", paramLabel = "T", description = "A turn whose answer is waited for longer is a fault (default: 3s).")
    private @Nullable String slow;

    @Option(names = "--follow", description = "Shows what has happened, and goes on until the run is over.")
    private boolean follow;

    @Option(names = "--transcript", description = "Shows what was said and heard, and nothing else.")
    private boolean transcript;

    @Option(names = "--json", description = "Prints summary and entries as one JSON object, as the API shows them.")
    private boolean json;

    @Option(names = "--wav", paramLabel = "FILE", description = "Saves the call's sound: left the caller, right what the caller heard.")
    private @Nullable Path wav;

    ReplayCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if ((run == null) == (file == null)) {
            throw Arguments.wrong(spec, "give a RUN, or a call with --file");
        }
        if (file != null && follow) {
            throw Arguments.wrong(spec, "--follow is for runs: a file does not go on");
        }
        boolean isPart = from != null || to != null || kinds != null || slow != null;
        if (transcript && (json || follow || isPart)) {
            throw Arguments.wrong(spec, "--transcript shows all that was said, as text: it goes with none of --json, --from, --to, --kind, --slow, --follow");
        }
        if (wav != null && isPart && !json && !follow) {
            throw Arguments.wrong(spec, "--wav saves all of the call; --from, --to, --kind and --slow say what is shown, with --json");
        }
        if (wav != null && file != null && Files.exists(wav) && Files.isSameFile(wav, file)) {
            throw Arguments.wrong(spec, wav + " is the call that is read: give the sound another name");
        }
        if (run == null) {
            ofFile();
        } else {
            ofApi(run);
        }
        return ServiceMain.EXIT_OK;
    }

    private void ofFile() throws IOException {
        List<String> wanted = kinds;
        if (wanted != null && !ReplayedFile.KINDS.containsAll(wanted)) {
            throw Arguments.wrong(spec, "--kind takes some of: " + String.join(", ", ReplayedFile.KINDS));
        }
        try (CallFile call = CallFile.open(Objects.requireNonNull(file))) {
            ReplayedFile replayed = new ReplayedFile(call);
            if (wav != null) {
                SavedSound sound = new SavedSound(terminal);
                sound.save(wav, replayed::wav);
                sound.missing(call.manifest().gaps().stream().map(Manifest.Gap::topic).filter(SavedSound.TOPICS::contains).distinct().toList());
            }
            if (transcript) {
                replayed.transcript().forEach(line -> terminal.out().println(Paint.clean(line)));
            } else if (wav == null || json) {
                show(replayed.run(), replayed.timeline(
                        from == null ? null : time("--from", from), to == null ? null : time("--to", to), wanted,
                        slow == null ? null : time("--slow", slow)));
            }
        }
    }

    private void ofApi(String named) throws IOException, InterruptedException {
        String query = query(PAGE, "");
        try (ApiClient client = access.client(terminal.environment())) {
            JsonNode found = RunFinder.find(client, named);
            String path = "/api/v1/runs/" + found.path("id").asString("");
            if (wav != null) {
                SavedSound sound = new SavedSound(terminal);
                HttpResponse<InputStream> answer = client.answer(path + "/audio.wav", Map.of("Accept", "audio/wav"));
                try (InputStream body = answer.body()) {
                    sound.save(wav, body::transferTo);
                }
                sound.missing(answer.headers().allValues("Agent-Stream-Missing"));
            }
            if (follow) {
                follow(client, found, path + "/timeline");
            } else if (transcript) {
                copy(client, path + "/transcript", terminal.out());
            } else if (wav == null || json) {
                show(found, read(client, path + "/timeline", query));
            }
        }
    }

    /// A connection that breaks is made again, and goes on behind what was shown.
    private void follow(ApiClient client, JsonNode found, String path) throws IOException, InterruptedException {
        if (slow != null) {
            throw Arguments.wrong(spec, "--slow does not go with --follow");
        }
        PrintStream out = terminal.out();
        Paint paint = Paint.of(out, terminal.environment());
        TimelineView view = new TimelineView(paint, columns());
        TimelineStream stream = new TimelineStream(client, path + query(null, ""));
        Optional<JsonNode> end = stream.follow(entry -> {
            if (json) {
                out.println(Paint.cleanJson(entry));
            } else if (kinds != null || !TimelineView.isFolded(entry)) {
                view.lines(entry).forEach(out::println);
            }
            return !out.checkError(); // as where it goes to head
        });
        if (end.isEmpty()) {
            return;
        }
        JsonNode summary = end.get();
        if (json) {
            out.println(Paint.cleanJson(summary));
        } else {
            out.println();
            JsonNode over = client.get("/api/v1/runs/" + found.path("id").asString(""));
            new SummaryView(paint).lines(over, summary.path("summary")).forEach(out::println);
        }
    }

    private String query(@Nullable Integer limit, String cursor) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("limit", limit);
        parameters.put("from", from == null ? null : time("--from", from));
        parameters.put("to", to == null ? null : time("--to", to));
        parameters.put("kind", kinds == null ? null : String.join(",", kinds));
        parameters.put("slow_turn_ms", slow == null ? null : time("--slow", slow));
        parameters.put("cursor", cursor.isEmpty() ? null : cursor);
        return ApiClient.query(parameters);
    }

    private Long time(String option, String text) {
        return CallTime.parse(text)
                .orElseThrow(() -> Arguments.wrong(spec, option + " takes a time in the call, as 90, 90s, 1:30 or 1:30.5"));
    }

    /// The whole timeline, page after page; the summary is the last page's, which knows the most.
    private ObjectNode read(ApiClient client, String path, String first) throws IOException, InterruptedException {
        ObjectNode whole = Json.MAPPER.createObjectNode();
        ArrayNode items = Json.MAPPER.createArrayNode();
        String query = first;
        while (true) {
            JsonNode page = client.get(path + query);
            page.path("items").forEach(items::add);
            whole.set("summary", page.path("summary"));
            String cursor = page.path("next_cursor").asString("");
            if (cursor.isEmpty()) {
                whole.set("items", items);
                return whole;
            }
            query = query(PAGE, cursor);
        }
    }

    private void show(JsonNode found, ObjectNode timeline) {
        PrintStream out = terminal.out();
        if (json) {
            out.println(Paint.cleanJson(timeline));
            return;
        }
        Paint paint = Paint.of(out, terminal.environment());
        new SummaryView(paint).lines(found, timeline.path("summary")).forEach(out::println);
        out.println();
        TimelineView view = new TimelineView(paint, columns());
        List<JsonNode> entries = new ArrayList<>();
        timeline.path("items").forEach(entries::add);
        entries.stream()
                .filter(entry -> kinds != null || !TimelineView.isFolded(entry))
                .sorted(Comparator.comparingLong(TimelineView::fromMs))
                .flatMap(entry -> view.lines(entry).stream())
                .forEach(out::println);
    }

    private int columns() {
        String columns = terminal.environment().getOrDefault("COLUMNS", "");
        return columns.matches("[1-9][0-9]{1,3}") ? Math.min(MAX_COLUMNS, Integer.parseInt(columns)) : USUAL_COLUMNS;
    }

    private static void copy(ApiClient client, String path, PrintStream out) throws IOException, InterruptedException {
        try (InputStream body = client.open(path, Map.of("Accept", "text/plain"))) {
            for (String line : new String(body.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isEmpty()) {
                    out.println(Paint.clean(line));
                }
            }
        }
    }
}
