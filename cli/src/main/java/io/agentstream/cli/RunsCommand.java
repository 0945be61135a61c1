package io.agentstream.cli;

import io.agentstream.cli.api.ApiAccess;
import io.agentstream.cli.api.ApiClient;
import io.agentstream.cli.text.Columns;
import io.agentstream.cli.text.Paint;
import io.agentstream.runtime.ServiceMain;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// The command `runs`.
@Command(
        name = "runs",
        description = {
            "Lists the organisation's runs, newest first, also by what was said in them. Conditions go together.",
            "--text looks for words, \"a phrase\", one or another, and -without a word."
        },
        mixinStandardHelpOptions = true)
final class RunsCommand implements Callable<Integer> {
    private static final int MAX_LIMIT = 100_000;
    private static final int MAX_PAGE = 500;
    private static final List<String> TITLES =
            List.of("CREATED (UTC)", "ID", "RUN", "STATE", "HOW IT ENDED", "SECONDS", "CALLER", "CALLED", "OUTCOME", "FAULTS");

    private final Terminal terminal;

    @Mixin
    private ApiAccess access = new ApiAccess();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--text", paramLabel = "WORDS", description = "What was said or heard.")
    private @Nullable String text;

    @Option(names = "--caller", paramLabel = "NUMBER", description = "The caller's number, whole.")
    private @Nullable String caller;

    @Option(names = "--called", paramLabel = "NUMBER", description = "The number that was called, whole.")
    private @Nullable String called;

    @Option(names = "--call", paramLabel = "NAME", description = "The provider's name for the call: its session, its CallSid, or the URL's callId.")
    private @Nullable String call;

    @Option(names = "--agent", paramLabel = "UUID", description = "The agent.")
    private @Nullable UUID agent;

    @Option(names = "--state", paramLabel = "S", description = "initialized, running, completed or failed.")
    private @Nullable String state;

    @Option(names = "--end", paramLabel = "E", description = "How it ended: caller_hangup, agent_hangup, idle, lost, ...")
    private @Nullable String end;

    @Option(names = "--failure", paramLabel = "CODE", description = "What it failed for: session_invalid, unknown_domain, ...")
    private @Nullable String failure;

    @Option(
            names = "--since",
            paramLabel = "T",
            description = "Made from then on: a time (2026-11-27T09:00:00Z), a day (2026-11-27, in UTC), or how long ago (90m, 1h, 7d).")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "T", description = "Made before then; the same forms.")
    private @Nullable String until;

    @Option(names = "--min-duration", paramLabel = "SECONDS", description = "Talked for so long, or longer.")
    private @Nullable Double minDuration;

    @Option(names = "--max-duration", paramLabel = "SECONDS", description = "Talked for so long, or shorter.")
    private @Nullable Double maxDuration;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(names = "--json", description = "Prints each run as the API shows it, as JSON on a line.")
    private boolean json;

    RunsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Arguments.wrong(spec, "--limit is a number from 1 to " + MAX_LIMIT);
        }
        Map<String, @Nullable Object> parameters = parameters();
        Columns columns = new Columns(TITLES);
        Paint paint = Paint.of(terminal.out(), terminal.environment());
        int[] found = new int[1];
        try (ApiClient client = access.client(terminal.environment())) {
            client.each("/api/v1/runs", parameters, run -> {
                if (found[0] == limit) {
                    return false;
                }
                found[0]++;
                if (json) {
                    terminal.out().println(Paint.cleanJson(run));
                } else {
                    columns.add(cells(run), note(run, paint));
                }
                return true;
            });
        }
        if (!json) {
            if (columns.isEmpty()) {
                terminal.err().println("No run is like that.");
            } else {
                columns.lines(paint).forEach(terminal.out()::println);
            }
        }
        return ServiceMain.EXIT_OK;
    }

    private Map<String, @Nullable Object> parameters() {
        Instant now = Instant.now();
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("limit", Math.min(limit + 1, MAX_PAGE));
        parameters.put("text", text);
        parameters.put("caller", caller);
        parameters.put("called", called);
        parameters.put("external_call_id", call);
        parameters.put("agent", agent);
        parameters.put("state", state);
        parameters.put("end", end);
        parameters.put("failure", failure);
        // The API's is the time behind which they were made, in milliseconds.
        parameters.put("created_after", since == null ? null : Arguments.time(spec, "--since", since, now).minusMillis(1));
        parameters.put("created_before", until == null ? null : Arguments.time(spec, "--until", until, now));
        parameters.put("min_duration", minDuration == null ? null : seconds(minDuration));
        parameters.put("max_duration", maxDuration == null ? null : seconds(maxDuration));
        return parameters;
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static List<String> cells(JsonNode run) {
        JsonNode failed = run.path("failure");
        return List.of(
                run.path("created_at").asString("").replace('T', ' ').replaceFirst("\\..*", ""),
                run.path("id").asString(""),
                run.path("name").asString(""),
                run.path("state").asString(""),
                failed.isObject() ? failed.path("code").asString("") : run.at("/end/by").asString(""),
                run.path("duration_seconds").isNumber()
                        ? String.format(Locale.ROOT, "%7.1f", run.path("duration_seconds").doubleValue())
                        : "",
                run.at("/initial_context/caller_number").asString(""),
                run.at("/initial_context/called_number").asString(""),
                run.path("outcome").asString(""),
                run.path("faults").valueStream().map(fault -> fault.asString("")).collect(Collectors.joining(" ")));
    }

    /// Where it was said, and what.
    private static String note(JsonNode run, Paint paint) {
        JsonNode match = run.path("match");
        if (!match.isObject()) {
            return "";
        }
        long seconds = match.path("at_ms").asLong(0) / 1000;
        String at = String.format(Locale.ROOT, "%5d:%02d  %-6s  ", seconds / 60, seconds % 60, match.path("by").asString(""));
        return paint.in(Paint.Colour.FAINT, at) + Paint.clean(match.path("snippet").asString(""));
    }
}
