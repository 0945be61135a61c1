package io.agentstream.calllog.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What stands in an exported file, and that the call is read from it as from its log.
final class CallExportTest {

    private static CallFile open(byte[] file) throws IOException {
        return CallFile.open(new ByteArrayInputStream(file), Limits.USUAL);
    }

    private static List<List<Object>> records(CallSource source) throws IOException {
        List<List<Object>> all = new ArrayList<>();
        for (Topic<?> topic : CallFileFormat.TOPICS) {
            try (CallSource.Records records = source.open(topic)) {
                for (LogRecord each = records.next(); each != null; each = records.next()) {
                    all.add(List.of(topic.name(), each.partition(), each.offset(), each.timestampMs(), each.value()));
                }
            }
        }
        return all;
    }

    @Test
    void whatWasWrittenInTheClearIsReadBackByteByByte() throws Exception {
        // given
        SampleCall call = new SampleCall(false);

        // when
        try (CallFile file = open(call.exported(null, false))) {
            // then
            assertEquals(records(call.log), records(file.source()));
            assertEquals(SampleCall.run(), file.run());
            assertEquals(SampleCall.definition(), file.definition());
            assertEquals(SampleCall.definition().key(), file.manifest().definitionKey());
        }
    }

    @Test
    void whatWasSealedIsReadWithoutKeysAsFromTheLogWithThem() throws Exception {
        // given
        SampleCall call = new SampleCall(true);

        // when
        try (CallFile file = open(call.exported(call.secrets, false))) {
            // then
            assertEquals(SampleCall.read(call.log, call.secrets), SampleCall.read(file.source(), null));
            assertEquals(List.of(), file.manifest().gaps());
        }
    }

    @Test
    void aJournalIsOpenedToo() throws Exception {
        // given
        SampleCall clear = new SampleCall(false);
        SampleCall sealed = new SampleCall(true);

        // when, then
        assertArrayEquals(
                Unpacked.members(clear.exported(null, false)).get("records/call.journal.v1-0001.bin"),
                Unpacked.members(sealed.exported(sealed.secrets, false)).get("records/call.journal.v1-0001.bin"));
    }

    @Test
    void whatCannotBeOpenedStaysSealedAndIsToldAsAGap() throws Exception {
        // given
        SampleCall call = new SampleCall(true);
        CallSecrets media = new CallSecrets(call.secrets.media(), null);

        // when
        try (CallFile file = open(call.exported(media, false))) {
            // then
            assertEquals(SampleCall.read(call.log, media), SampleCall.read(file.source(), null));
            assertEquals(
                    List.of("sealed call.lifecycle.v1", "sealed run.events.v1", "sealed conversation.events.v1", "sealed call.journal.v1"),
                    file.manifest().gaps().stream().map(gap -> gap.why() + " " + gap.topic()).toList());
        }
    }

    @Test
    void theSameCallGivesTheSameBytes() throws Exception {
        // given
        SampleCall call = new SampleCall(true);

        // when, then
        assertArrayEquals(call.exported(call.secrets, false), call.exported(call.secrets, false));
        assertArrayEquals(call.exported(call.secrets, true), call.exported(call.secrets, true));
    }

    @Test
    void anyArchiverUnpacksItsMembersInTheirOrder() throws Exception {
        // given
        SampleCall call = new SampleCall(false);

        // when
        Map<String, byte[]> members = Unpacked.members(call.exported(null, false));

        // then
        assertEquals(
                List.of(
                        "format.json", "run.json", "events-0001.ndjson", "records/call.lifecycle.v1-0001.ndjson",
                        "records/call.media.v1-0001.bin", "records/run.events.v1-0001.ndjson", "records/conversation.events.v1-0001.ndjson",
                        "records/socket.commands.v1-0001.bin", "records/call.journal.v1-0001.bin",
                        "definition.json", "manifest.json"),
                List.copyOf(members.keySet()));
        String line = new String(members.get("records/run.events.v1-0001.ndjson"), StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
        JsonNode record = Json.MAPPER.readTree(line);
        assertEquals("run.events.v1", record.path("topic").asString());
        assertEquals(SampleCall.CALL.toString(), record.path("key").asString());
        assertEquals("created", record.path("value").path("type").asString());
        JsonNode manifest = Json.MAPPER.readTree(members.get("manifest.json"));
        assertEquals(1, manifest.path("version").asInt());
        assertEquals(members.size() - 1, manifest.path("members").size());
    }

    @Test
    void manyRecordsAreReadBackInOrder() throws Exception {
        // given
        RecordedCall log = new RecordedCall();
        SampleCall call = new SampleCall(false);
        for (int n = 0; n < 20_000; n++) {
            log.add(Topics.CALL_MEDIA, n * 20L, new MediaFrame.Audio(
                    SampleCall.CALL, n + 1, RecordedCall.START_MS + n * 20L, n * 20L,
                    Slice.of(SampleCall.voice(n, 300 + n % 90))));
        }

        // when
        byte[] written;
        try (CallExport export = call.open(log, null, false)) {
            written = SampleCall.bytes(export);
        }

        // then
        try (CallFile file = open(written)) {
            assertEquals(records(log), records(file.source()));
            assertTrue(file.manifest().members().size() > 8);
        }
    }

    @Test
    void damagedAndNewerRecordsAreKeptAsTheyAre() throws Exception {
        // given
        SampleCall call = new SampleCall(false);
        call.log.addBytes(Topics.RUN_EVENTS, 3_000, "{\"type\":\"tomorrow\"}".getBytes(StandardCharsets.UTF_8));
        call.log.addBytes(Topics.RUN_EVENTS, 3_001, "{\"type\"\n:\"tomorrow\"}".getBytes(StandardCharsets.UTF_8));
        call.log.addBytes(Topics.RUN_EVENTS, 3_002, new byte[] {0, -1, '"', '}'});
        call.log.addBytes(Topics.RUN_EVENTS, 3_003, new byte[0]);
        call.log.addBytes(Topics.CALL_MEDIA, 3_004, new byte[] {9});

        // when
        try (CallFile file = open(call.exported(null, false))) {
            // then
            assertEquals(records(call.log), records(file.source()));
            assertEquals(SampleCall.read(call.log, null), SampleCall.read(file.source(), null));
        }
        try (CallFile redacted = open(call.exported(null, true))) {
            assertEquals(4, redacted.manifest().topics().stream().filter(each -> each.name().equals("run.events.v1")).findFirst().orElseThrow().unreadable());
        }
    }

    @Test
    void whatIsGoneFromTheLogIsToldByTheFile() throws Exception {
        // given
        SampleCall call = new SampleCall(false);
        call.log.deleted(Topics.CALL_MEDIA);

        // when
        try (CallFile file = open(call.exported(null, false))) {
            // then
            assertEquals("deleted", file.manifest().gaps().getFirst().why());
            assertEquals(SampleCall.read(call.log, null), SampleCall.read(file.source(), null));
        }
    }

    @Test
    void whetherAnythingIsLeftOfACallIsSeenWithoutReadingIt() throws Exception {
        // when, then
        assertFalse(CallExport.hasRecords(new RecordedCall()));
        assertTrue(CallExport.hasRecords(new SampleCall(false).log));
    }

    @Test
    void aDefinitionThatIsNowhereAnyMoreIsToldAsAGap() throws Exception {
        // given
        SampleCall call = new SampleCall(false);

        // when
        byte[] written;
        try (CallExport export = CallExport.open(
                new CallExport.Subject(SampleCall.CALL, SampleCall.run(), true), () -> null, key -> null, call.log, null, false)) {
            written = SampleCall.bytes(export);
        }

        // then
        try (CallFile file = open(written)) {
            assertNull(file.definition());
            assertEquals("agent.definitions.v1", file.manifest().gaps().getFirst().topic());
        }
    }

    @Test
    void whatIsReadOfAFileLiesNowhereUnderAName(@TempDir Path folder) throws Exception {
        // given
        Path path = Files.write(folder.resolve("call.tar.zst"), new SampleCall(false).exported(null, false));
        List<Path> before = temporary();

        // when
        try (CallFile file = CallFile.open(path); CallSource.Records records = file.source().open(Topics.CALL_LIFECYCLE)) {

            // then
            assertNotNull(records.next());
            assertEquals(List.of(), temporary().stream().filter(each -> !before.contains(each)).toList());
        }
    }

    private static List<Path> temporary() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(each -> each.getFileName().toString().startsWith("agent-stream-call-")).toList();
        }
    }
}
