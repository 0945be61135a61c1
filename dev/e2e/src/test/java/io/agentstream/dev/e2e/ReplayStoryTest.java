package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// The story of `docs/replay.md`, typed along: each of its commands does what the page says. Nobody calls meanwhile: the page lists the newest five
/// runs.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ_WRITE)
@Order(Turn.SHARED)
final class ReplayStoryTest {

    private static final Pattern NAME = Pattern.compile("WR-AGS-\\d{8}");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    private static final Pattern FILE = Pattern.compile("[a-z-]+\\.(wav|tar\\.zst)");

    private final List<Ran> ran = new ArrayList<>();
    private String run = "";

    @TempDir
    private Path files;

    private static List<String> commands() throws Exception {
        List<String> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(Repository.root().resolve("docs/replay.md")));
        while (blocks.find()) {
            blocks.group(1).lines().filter(line -> !line.isBlank()).forEach(commands::add);
        }
        return commands;
    }

    /// As it stands, about the run that the newest call has, in this system.
    private Ran type(String command, Path data) {
        List<String> words = new ArrayList<>(Arrays.asList(NAME.matcher(command).replaceAll(run).split(" ")));
        words.replaceAll(word -> FILE.matcher(word).matches() ? files.resolve(word).toString() : word);
        assertEquals("./agent-stream", words.removeFirst(), command);
        words.add("--data");
        words.add(data.toString());
        Ran did = Ran.of(Map.of(), words.toArray(String[]::new));
        assertEquals(0, did.code(), command + " said " + did.out() + did.err());
        if (words.getFirst().equals("call")) {
            Matcher name = NAME.matcher(did.out());
            assertTrue(name.find(), did.out());
            run = name.group();
        }
        ran.add(did);
        return did;
    }

    @Test
    void everyCommandOfThePageDoesWhatItSays(LocalSystem system, Path data) throws Exception {
        // given the page's commands
        List<String> commands = commands();
        assertEquals(15, commands.size(), commands.toString());

        // when
        type(commands.getFirst(), data);
        String bad = run;
        commands.subList(1, commands.size()).forEach(command -> type(command, data));

        // then the bad call is found, and its cause can be read
        assertTrue(ran.get(1).out().lines().anyMatch(line -> line.contains(bad) && line.contains("no_caller_audio")), ran.get(1).out());
        assertTrue(ran.get(2).out().contains("no audio came from the caller"), ran.get(2).out());
        assertTrue(ran.get(2).out().contains("frames  0 of the caller"), ran.get(2).out());
        assertTrue(ran.get(3).out().contains("track outbound"), ran.get(3).out());
        assertTrue(ran.get(3).out().contains("the provider is asked for the session: confirmed, status 200 in "), ran.get(3).out());
        assertTrue(ran.get(4).out().contains("agent   Hello, and welcome"), ran.get(4).out());
        assertFalse(ran.get(4).out().contains("caller"), ran.get(4).out());
        byte[] wav = Files.readAllBytes(files.resolve("call.wav"));
        for (int at = 44; at < wav.length; at += 4) {
            assertTrue(wav[at] == 0 && wav[at + 1] == 0, "the caller is heard");
        }
        // and can be handed on, with everything in it or with nothing personal
        assertTrue(ran.get(7).out().contains("no audio came from the caller"), ran.get(7).out());
        assertTrue(ran.get(8).out().contains(" lead to the same"), ran.get(8).out());
        assertTrue(ran.get(10).out().contains("no audio came from the caller"), ran.get(10).out());
        assertFalse(ran.get(10).out().contains("welcome"), ran.get(10).out());
        assertFalse(ran.get(10).out().contains("+1"), ran.get(10).out());
        // and the mended one is good
        assertFalse(ran.get(12).out().contains("one-way audio"), ran.get(12).out());
        assertFalse(ran.get(12).out().contains("no audio"), ran.get(12).out());
        assertTrue(ran.get(13).out().contains("is interrupted after"), ran.get(13).out());
        JsonNode timeline = Json.MAPPER.readTree(ran.get(14).out());
        assertFalse(timeline.at("/summary/one_way_audio").booleanValue());
        assertTrue(timeline.at("/summary/interruptions").intValue() >= 1);
        // and the alarm has rung
        assertTrue(metrics(system).lines().anyMatch(line -> line.startsWith("agent_stream_orchestrator_silent_faults_total")
                && line.contains("no_caller_audio") && !line.endsWith(" 0.0")));
    }

    private static String metrics(LocalSystem system) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(system.demo().apiAdminUrl() + "/metrics")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
