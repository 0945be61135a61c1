package io.agentstream.cli;

import io.agentstream.cli.api.ApiAccess;
import io.agentstream.cli.api.ApiClient;
import io.agentstream.cli.api.ApiException;
import io.agentstream.cli.api.EventStream;
import io.agentstream.cli.text.Paint;
import io.agentstream.runtime.Durations;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.runtime.StopBarrier;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// The command `tail`. A connection that breaks is made again, and goes on behind what was shown.
@Command(
        name = "tail",
        description = {
            "Shows what happens in the organisation's calls, as it happens: a line for each event, with its time in UTC and its run.",
            "Goes on where it was when the connection breaks. Ctrl-C ends it."
        },
        mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 10_000;

    private final Terminal terminal;

    @Mixin
    private ApiAccess access = new ApiAccess();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--agent", paramLabel = "UUID", description = "Only calls of this agent.")
    private @Nullable UUID agent;

    @Option(
            names = "--state",
            paramLabel = "S",
            description = "Only what happens in runs that are initialized, running, completed or failed with it.")
    private @Nullable String state;

    @Option(names = "--json", description = "Prints each event as the API sends it, as JSON on a line.")
    private boolean json;

    @Option(names = "--for", paramLabel = "D", description = "Ends by itself after so long (90s, 5m).")
    private @Nullable String duration;

    TailCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Why a connection is over.
    private enum Ending {
        BROKEN,
        /// Nobody reads what is written any more.
        UNREAD,
        /// What the other side says will not change.
        FINAL
    }

    @Override
    public Integer call() throws Exception {
        long limitMs = duration == null ? Long.MAX_VALUE : limitMs(duration);
        StopBarrier barrier = new StopBarrier().onSignals();
        int code = ServiceMain.EXIT_FAULT;
        Thread self = Thread.currentThread();
        Thread watch = Thread.ofVirtual().name("tail-stop").start(() -> watch(barrier, limitMs, self));
        try (ApiClient client = access.client(terminal.environment())) {
            code = follow(client);
        } catch (InterruptedException stopped) {
            code = ServiceMain.EXIT_OK;
        } finally {
            watch.interrupt();
            barrier.closed(code);
        }
        return code;
    }

    /// Interrupts whoever follows once it is told to stop, or its time is over.
    private static void watch(StopBarrier barrier, long limitMs, Thread self) {
        try {
            barrier.awaitStop(limitMs);
            self.interrupt();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private long limitMs(String text) {
        try {
            return Durations.parse(text).toMillis();
        } catch (IllegalArgumentException no) {
            throw Arguments.wrong(spec, "'" + text + "' for --for " + no.getMessage());
        }
    }

    private int follow(ApiClient client) throws IOException, InterruptedException {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("agent", agent);
        parameters.put("state", state);
        String path = "/api/v1/events" + ApiClient.query(parameters);
        Paint paint = Paint.of(terminal.out(), terminal.environment());
        String lastId = "";
        boolean isFirst = true;
        long pauseMs = FIRST_PAUSE_MS;
        while (true) {
            try (EventStream stream = EventStream.open(client, path, lastId)) {
                if (!isFirst) {
                    terminal.err().println("connected again");
                }
                isFirst = false;
                pauseMs = FIRST_PAUSE_MS;
                Ending ending = show(stream, paint);
                lastId = stream.lastId();
                if (ending != Ending.BROKEN) {
                    return ending == Ending.FINAL ? ServiceMain.EXIT_FAULT : ServiceMain.EXIT_OK;
                }
            } catch (ApiException refused) {
                if (isFirst || !refused.isPassing()) {
                    throw refused;
                }
            }
            terminal.err().println("the connection is gone, trying again");
            TimeUnit.MILLISECONDS.sleep(pauseMs);
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
    }

    /// Until the connection is over.
    private Ending show(EventStream stream, Paint paint) throws InterruptedException {
        Optional<EventStream.Message> next = stream.next();
        while (next.isPresent()) {
            EventStream.Message message = next.get();
            JsonNode data = message.json();
            switch (message.kind()) {
                case "message" -> terminal.out().println(json ? Paint.cleanJson(data) : EventLine.of(data, paint));
                case "gap" -> terminal.err().println("some of what happened meanwhile is not shown: it was too much");
                case "end" -> {
                    if (data.path("reason").asString("").equals("key")) {
                        terminal.err().println("agent-stream: " + EventStream.REVOKED);
                        return Ending.FINAL;
                    }
                }
                default -> {
                    // of a newer server
                }
            }
            if (terminal.out().checkError()) {
                return Ending.UNREAD;
            }
            next = stream.next();
        }
        return Ending.BROKEN;
    }
}
