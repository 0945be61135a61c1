package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallPlaces;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.KafkaCallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.export.CallFile;
import io.agentstream.cli.Installation;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A call on the real system as one file: what is in it, that it is read as from Kafka, and what of it is not in a redacted one.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class ExportTest {

    private final String number = "+1555" + ThreadLocalRandom.current().nextInt(1_000_000, 9_999_999);

    private LocalSystem system;
    private Path data;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared, Path directory) {
        system = shared;
        data = directory;
        api = new Api(system.demo());
    }

    /// A call of the demo agent that ends by itself, all of whose records are written.
    private JsonNode called() throws Exception {
        CallPlan plan = CallPlan.to(
                        URI.create(system.demo().streamUrl() + "&from=%2B" + number.substring(1)), system.demo().domain())
                .withSteps(List.of(
                        new Step(new Cue.AgentSpeaks(800), new Action.Press('7')), new Step(new Cue.Then(3_000), new Action.Press('3'))))
                .withMaxMs(40_000);
        CallOutcome outcome = Telephone.place(plan);
        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        Ran.verified(data, run.path("name").asString());
        return run;
    }

    private Ran export(JsonNode run, Path file, String... more) {
        List<String> words = new ArrayList<>(
                List.of("export", run.path("name").asString(), "--data", data.toString(), "-o", file.toString()));
        words.addAll(List.of(more));
        return Ran.of(Map.of(), words.toArray(String[]::new));
    }

    private CallSecrets secrets(CallId call) throws Exception {
        CallSecrets.Wrapping wrapping = Installation.config(Map.of(), data, List.of()).get(Keys.CALL_KEYS_KEY);
        return TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.CALL_KEYS).stream()
                .filter(record -> record.value() != null)
                .flatMap(record -> Topics.CALL_KEYS.codec().decode(record.value()) instanceof Decoded.Value<CallKeys>(CallKeys keys)
                        ? Optional.of(keys).stream()
                        : Optional.<CallKeys>empty().stream())
                .filter(keys -> keys.callId().equals(call))
                .findFirst()
                .flatMap(wrapping::unwrap)
                .orElseThrow();
    }

    private CallSource kafka(CallId call) throws Exception {
        int slot = -1;
        CallSource unplaced = new KafkaCallSource(clients(), new CallPlaces(call, began(call), null, null, List.of()));
        for (LogRecord record : records(unplaced, Topics.CALL_LIFECYCLE)) {
            if (Topics.CALL_LIFECYCLE.codec().decode(record.bytes()) instanceof Decoded.Value<CallEvent>(CallEvent.Offered offered)) {
                slot = offered.slot();
            }
        }
        return new KafkaCallSource(clients(), new CallPlaces(call, began(call), null, slot, List.of()));
    }

    private static Instant began(CallId call) {
        return Instant.ofEpochMilli(call.madeAtMs());
    }

    private KafkaClients clients() {
        return new KafkaClients(system.demo().kafkaBootstrapServers(), Map.of(), Duration.ZERO);
    }

    private static List<LogRecord> records(CallSource source, Topic<?> topic) throws IOException {
        List<LogRecord> all = new ArrayList<>();
        try (CallSource.Records records = source.open(topic)) {
            for (LogRecord each = records.next(); each != null; each = records.next()) {
                all.add(each);
            }
        }
        return all;
    }

    /// What is read, each with its place in the log.
    private static List<Object> entries(CallSource source, CallSecrets secrets) throws IOException {
        List<Object> all = new ArrayList<>();
        try (CallReading reading = CallReading.open(source, CallReading.ALL, secrets)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                all.add(switch (entry) {
                    case CallEntry.Lifecycle l -> List.of(l.record().toString(), l.at(), l.event());
                    case CallEntry.Media m -> List.of(m.record().toString(), m.at(), m.frame());
                    case CallEntry.Decision d -> List.of(d.record().toString(), d.at(), d.event());
                    case CallEntry.Conversation c -> List.of(c.record().toString(), c.at(), c.event());
                    case CallEntry.Command c -> List.of(c.record().toString(), c.at(), c.command());
                    case CallEntry.Unreadable u -> List.of(u.record().toString(), u.reason());
                    case CallEntry.Missing m -> m;
                });
            }
        }
        return all;
    }

    @Test
    void aCallIsOneFileThatIsReadAsFromKafkaAndRunAgain(@TempDir Path folder) throws Exception {
        // given
        JsonNode run = called();
        CallId call = CallId.parse(run.path("call_id").asString()).orElseThrow();
        Path path = folder.resolve("call.tar.zst");

        // when
        Ran exported = export(run, path);

        // then
        assertEquals(0, exported.code(), exported.out() + exported.err());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        AsyncApiRecords contract = new AsyncApiRecords();
        List<String> wrong = new ArrayList<>();
        try (CallFile file = CallFile.open(path)) {
            for (Topic<?> topic : List.of(
                    Topics.CALL_LIFECYCLE, Topics.CALL_MEDIA, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS, Topics.SOCKET_COMMANDS,
                    Topics.CALL_JOURNAL)) {
                List<LogRecord> records = records(file.source(), topic);
                assertFalse(records.isEmpty(), topic.name());
                records.forEach(record -> wrong.addAll(contract.wrong(topic, call.toKey(), record.bytes())));
            }
            wrong.addAll(contract.wrong(
                    Topics.AGENT_DEFINITIONS, null, Topics.AGENT_DEFINITIONS.codec().encode(Objects.requireNonNull(file.definition()))));
            assertEquals(List.of(), wrong);
            assertEquals(List.of(), file.manifest().gaps());
            assertEquals(run, file.run());
            List<Object> fromKafka = entries(kafka(call), secrets(call));
            assertTrue(fromKafka.size() > 100, fromKafka.size() + " entries");
            assertEquals(fromKafka, entries(file.source(), null));
        }
        Ran shown = Ran.of(Map.of(), "replay", run.path("name").asString(), "--json", "--data", data.toString());
        Ran shownOfFile = Ran.of(Map.of(), "replay", "--file", path.toString(), "--json");
        assertEquals(0, shownOfFile.code(), shownOfFile.err());
        assertEquals(shown.out(), shownOfFile.out());
        assertTrue(Ran.of(Map.of(), "replay", "--file", path.toString(), "--transcript").out().contains("  agent   "));
        Path ofApi = folder.resolve("api.wav");
        Path ofFile = folder.resolve("file.wav");
        assertEquals(0, Ran.of(
                Map.of(), "replay", run.path("name").asString(), "--wav", ofApi.toString(), "--data", data.toString()).code());
        assertEquals(0, Ran.of(Map.of(), "replay", "--file", path.toString(), "--wav", ofFile.toString()).code());
        assertArrayEquals(Files.readAllBytes(ofApi), Files.readAllBytes(ofFile));
        Files.delete(ofApi);
        Files.delete(ofFile);
        Ran verified = Ran.of(Map.of(), "verify", path.toString());
        assertEquals(0, verified.code(), verified.out() + verified.err());
        assertTrue(verified.out().contains("lead to the same"), verified.out());
        assertEquals(0, Ran.of(Map.of(), "verify", folder.toString()).code());
        byte[] first = Files.readAllBytes(path);
        Ran refused = export(run, path);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("--force writes over it"), refused.err());
        assertEquals(0, export(run, path, "--force").code());
        assertArrayEquals(first, Files.readAllBytes(path));
        try (var left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
        assertTrue(api.send("GET", "/api/v1/audit-log", "").path("items").valueStream()
                .anyMatch(entry -> entry.path("action").asString("").equals("run.exported")
                        && entry.path("thing").path("id").asString("").equals(run.path("id").asString())));
    }

    @Test
    void aRedactedCallHidesWhoCalledAndWhatWasSaid(@TempDir Path folder) throws Exception {
        // given
        JsonNode run = called();
        Path whole = folder.resolve("whole.tar.zst");
        Path redacted = folder.resolve("redacted.tar.zst");
        assertEquals(0, export(run, whole).code());

        // when
        Ran exported = export(run, redacted, "--redact");

        // then
        assertEquals(0, exported.code(), exported.out() + exported.err());
        String shown = unpacked(whole);
        String hidden = unpacked(redacted);
        List<String> personal = new ArrayList<>(said(whole));
        assertFalse(personal.isEmpty(), "nothing was said");
        personal.addAll(List.of(
                number, number.substring(1), system.demo().agentUuid(), system.demo().domain(),
                run.path("gathered_context").path("call_id").asString(), run.path("gathered_context").path("cloudonix_call_sid").asString()));
        for (String each : personal) {
            assertTrue(shown.contains(each), each + " is in no file");
            assertFalse(hidden.contains(each), each);
        }
        Ran replayed = Ran.of(Map.of(), "replay", "--file", redacted.toString(), "--transcript");
        assertTrue(replayed.out().contains("redacted"), replayed.out() + replayed.err());
        Ran verified = Ran.of(Map.of(), "verify", redacted.toString());
        assertEquals(1, verified.code());
        assertTrue(verified.out().contains("the file is redacted"), verified.out());
    }

    private static List<String> said(Path path) throws IOException {
        List<String> said = new ArrayList<>();
        try (CallFile file = CallFile.open(path)) {
            for (LogRecord record : records(file.source(), Topics.CONVERSATION_EVENTS)) {
                if (Topics.CONVERSATION_EVENTS.codec().decode(record.bytes())
                        instanceof Decoded.Value<ConversationEvent>(ConversationEvent.Said words)) {
                    said.add(words.text());
                }
            }
        }
        return said;
    }

    private static String unpacked(Path file) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aRunThatIsNotThereAndAFolderThatIsNotAreOneSentence(@TempDir Path folder) {
        // when
        Ran none = Ran.of(Map.of(), "export", "WR-AGS-00000000", "--data", data.toString(), "-o", folder.resolve("x").toString());
        Ran nowhere = Ran.of(
                Map.of(), "export", "WR-AGS-00000000", "--data", data.toString(), "-o", folder.resolve("no/x").toString());
        Ran noFile = Ran.of(Map.of(), "verify", folder.toString());

        // then
        assertTrue(none.err().startsWith("agent-stream: This organisation has no run WR-AGS-00000000:"), none.err());
        assertTrue(nowhere.err().contains("There is no folder for"), nowhere.err());
        assertTrue(noFile.err().contains("There is no exported call (*.tar.zst) in"), noFile.err());
    }
}
