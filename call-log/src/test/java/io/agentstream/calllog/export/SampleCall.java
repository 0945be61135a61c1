package io.agentstream.calllog.export;

import io.agentstream.audio.MuLaw;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalEncoder;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A call with something personal in every field that has room for it.
final class SampleCall {

    static final CallId CALL = CallId.of(RecordedCall.START_MS, 1, 2);
    static final CallId OTHER_CALL = CallId.of(RecordedCall.START_MS, 3, 4);
    static final String CALLER = "+15550177123";
    static final String CALLED = "+441632960812";
    static final String AGENT_UUID = "7c1e4b2a-93d8-4f6e-8a21-5d0c9b7e6f13";

    /// What must not be found in a redacted file, in the spelling in which it is written.
    static final List<String> PERSONAL = List.of(
            CALLER, CALLED, AGENT_UUID, "zebra-customer", "4929123456", "my account number is", "Good morning from Quux Bank",
            "quux.cloudonix.net", "session-f00dfeed", "stream-cafe", "callsid-beef", "ext-id-8812", "203.0.113.77", "lookup_quux",
            "{\"iban\":\"GB33QUUX\"}", "GB33QUUX", "balance_31337", "node_ask_zebra", "outcome_zebra", "Quux prompt text", "tpl-secret-value",
            "digest0123456789abcdef", "mark-zebra", "peer said zebra", "cut_zebra");

    private static final RunEvent.RunRef RUN = new RunEvent.RunRef(12, "WR-AGS-04182736", 3, 7, 2, 0);

    final RecordedCall log = new RecordedCall();
    final CallSecrets secrets = CallSecrets.generate(new SecureRandom());
    private final SealKey words = Objects.requireNonNull(secrets.words());
    private final FrameSeal media = new FrameSeal(Objects.requireNonNull(secrets.media()), new SecureRandom());
    private final boolean isSealed;

    /// @param isSealed whether its writers had a key
    SampleCall(boolean isSealed) {
        this.isSealed = isSealed;
        write();
    }

    private void write() {
        event(0, new CallEvent.Offered(
                CALL, 1, at(0), null, "cloudonix", "digest0123456789abcdef", 0, "203.0.113.77", "quux.cloudonix.net", "ext-id-8812", CALLER,
                CALLED));
        log.add(Topics.RUN_EVENTS, 3, new RunEvent.Created(CALL, 1, at(3), RUN));
        log.add(Topics.SOCKET_COMMANDS, 4, new SocketCommand.Admit(CALL));
        event(10, new CallEvent.Started(
                CALL, 2, at(10), "stream-cafe", "callsid-beef", "session-f00dfeed", "quux.cloudonix.net", CALLER, CALLED, "outbound-api",
                List.of("inbound"), MediaFormat.MULAW_8K, Map.of("customer", "zebra-customer", "card", "4929123456"), List.of("cut_zebra")));
        RunEvent.Running running = new RunEvent.Running(
                CALL, 2, at(12), RUN, MediaFormat.MULAW_8K, null, json("{\"caller_number\":\"" + CALLER + "\",\"tpl\":\"tpl-secret-value\"}"),
                definition().key());
        log.add(Topics.RUN_EVENTS, 12, isSealed ? Sealing.seal(running, words) : running);
        log.add(Topics.SOCKET_COMMANDS, 13, new SocketCommand.Open(CALL));
        told(15, new ConversationEvent.Began(CALL, 1, 2, at(15), 1));
        told(16, new ConversationEvent.NodeEntered(CALL, 2, 2, at(16), "node_ask_zebra", 1));
        for (int n = 0; n < 50; n++) {
            play(20 + n * 20L, n, voice(n, 700));
        }
        log.add(Topics.SOCKET_COMMANDS, 1_030, new SocketCommand.Mark(CALL, 1, "turn-1", 1));
        log.add(Topics.SOCKET_COMMANDS, 1_031, new SocketCommand.Mark(CALL, 1, "mark-zebra", 1));
        for (int n = 0; n < 100; n++) {
            frame(new MediaFrame.Audio(CALL, 3 + n, at(20 + n * 20L).toEpochMilli(), n * 20L, Slice.of(voice(n, 500))));
        }
        frame(new MediaFrame.Digit(CALL, 103, at(2_020).toEpochMilli(), '7'));
        log.add(Topics.CALL_MEDIA, 2_030, new MediaFrame.MarkReached(CALL, 104, at(2_030).toEpochMilli(), 1, "mark-zebra"));
        log.add(Topics.CALL_MEDIA, 2_040, new MediaFrame.Played(CALL, 105, at(2_040).toEpochMilli(), 1, 1_000, true));
        told(2_041, new ConversationEvent.Said(CALL, 3, 105, at(2_041), 1, "Good morning from Quux Bank", 1_000, true, 1));
        told(2_050, new ConversationEvent.Heard(CALL, 4, 105, at(2_050), 2, "my account number is 4929123456", "7", 1_900L, 1));
        told(2_060, new ConversationEvent.ToolCalled(
                CALL, 5, 105, at(2_060), 2, "lookup_quux", json("{\"iban\":\"GB33QUUX\"}"), json("{\"n\":\"balance_31337\"}"), 1));
        told(2_070, new ConversationEvent.Latency(CALL, 6, 105, at(2_070), 2, "first_audio", 240, 1));
        log.add(Topics.SOCKET_COMMANDS, 2_100, SocketCommand.Close.because(CALL, End.AGENT_HANGUP));
        event(2_110, new CallEvent.Ended(
                CALL, 106, at(2_110), 1000, "peer said zebra", End.AGENT_HANGUP, null, Map.of("unknown", 2)));
        log.add(Topics.RUN_EVENTS, 2_120, new RunEvent.Completed(
                CALL, 106, at(2_120), RUN, End.AGENT_HANGUP, 1000, 2_100, "0.0100", null, "outcome_zebra"));
        journal();
    }

    private void journal() {
        JournalEncoder encoder = new JournalEncoder(List.of());
        encoder.add(new JournalEntry(
                at(20).toEpochMilli(), json("{\"type\":\"heard\",\"text\":\"my account number is 4929123456\"}"), List.of()));
        JournalBatch batch = new JournalBatch(
                CALL, JournalBatch.CONVERSATION, 1, 1, 0, 2, at(20).toEpochMilli(), true, definition().key(), false, encoder.take());
        log.add(Topics.CALL_JOURNAL, 2_130, isSealed ? Sealing.seal(batch, words) : batch);
    }

    private void event(long atMs, CallEvent event) {
        log.add(Topics.CALL_LIFECYCLE, atMs, isSealed ? Sealing.seal(event, words) : event);
    }

    private void told(long atMs, ConversationEvent event) {
        log.add(Topics.CONVERSATION_EVENTS, atMs, isSealed ? Sealing.seal(event, words) : event);
    }

    private void frame(MediaFrame frame) {
        log.add(Topics.CALL_MEDIA, frame.atMs() - RecordedCall.START_MS, switch (frame) {
            case MediaFrame.Audio a when isSealed -> media.seal(a);
            case MediaFrame.Digit d when isSealed -> media.seal(d);
            case MediaFrame other -> other;
        });
    }

    private void play(long atMs, int seq, byte[] payload) {
        SocketCommand.Play play = new SocketCommand.Play(CALL, 1, seq, 160, Slice.of(payload), 1);
        log.add(Topics.SOCKET_COMMANDS, atMs, isSealed ? media.seal(play) : play);
    }

    static Instant at(long ms) {
        return Instant.ofEpochMilli(RecordedCall.START_MS + ms);
    }

    /// A frame that looks like no other.
    static byte[] voice(int n, int hz) {
        short[] samples = new short[160];
        for (int i = 0; i < samples.length; i++) {
            double loud = n % 5 == 4 ? 0 : 3_000 + 40 * n;
            samples[i] = (short) (loud * Math.sin(2 * Math.PI * (hz + 3 * n) * i / 8_000.0 + n));
        }
        return MuLaw.encode(samples);
    }

    static AgentDefinition definition() {
        return new AgentDefinition(7, 2, json("{\"engine\":\"scripted\",\"nodes\":{\"node_ask_zebra\":{\"say\":\"Quux prompt text\"}}}"));
    }

    static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    static ObjectNode run() {
        return (ObjectNode) json("{\"id\":12,\"name\":\"WR-AGS-04182736\",\"call_id\":\"" + CALL + "\",\"agent_uuid\":\"" + AGENT_UUID
                + "\",\"agent_version\":2,\"mode\":\"cloudonix\",\"call_type\":\"inbound\",\"state\":\"completed\",\"failure\":null,"
                + "\"initial_context\":{\"provider\":\"cloudonix\",\"direction\":\"inbound\",\"caller_number\":\"" + CALLER
                + "\",\"called_number\":\"" + CALLED + "\",\"customer\":\"zebra-customer\"},\"gathered_context\":{\"call_id\":\"ext-id-8812\"},"
                + "\"logs\":{\"inbound_webhook\":{\"domain\":\"quux.cloudonix.net\",\"session\":\"session-f00dfeed\"}},"
                + "\"created_at\":\"2027-01-15T08:00:00.000Z\",\"started_at\":\"2027-01-15T08:00:00.012Z\",\"ended_at\":"
                + "\"2027-01-15T08:00:02.110Z\",\"duration_seconds\":2.1,\"end\":{\"by\":\"agent_hangup\",\"close_code\":1000},"
                + "\"outcome\":\"outcome_zebra\",\"cost\":\"0.01\",\"tomorrow\":\"zebra-customer\"}");
    }

    static Iterator<ObjectNode> events() {
        return List.of(
                        "{\"position\":1,\"at\":\"2027-01-15T08:00:00.003Z\",\"type\":\"created\",\"payload\":{\"type\":\"created\",\"after\":1}}",
                        "{\"position\":2,\"at\":\"2027-01-15T08:00:02.050Z\",\"type\":\"heard\",\"payload\":{\"turn\":2,\"text\":"
                                + "\"my account number is 4929123456\",\"digit\":\"7\",\"from\":\"" + CALLER + "\"}}")
                .stream()
                .map(text -> (ObjectNode) json(text))
                .iterator();
    }

    CallExport open(CallSource source, @Nullable CallSecrets keys, boolean redact) throws IOException {
        Iterator<ObjectNode> events = events();
        return CallExport.open(
                new CallExport.Subject(CALL, run(), true), () -> events.hasNext() ? events.next() : null,
                key -> key.equals(definition().key()) ? definition() : null, source, keys, redact);
    }

    byte[] exported(@Nullable CallSecrets keys, boolean redact) throws IOException {
        try (CallExport export = open(log, keys, redact)) {
            return bytes(export);
        }
    }

    static byte[] bytes(CallExport export) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece = export.next(); piece != null; piece = export.next()) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    /// What is read of a source, without where it was read.
    static List<Object> read(CallSource source, @Nullable CallSecrets keys) throws IOException {
        List<Object> read = new ArrayList<>();
        try (CallReading reading = CallReading.open(source, CallReading.ALL, keys)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                read.add(switch (entry) {
                    case CallEntry.Lifecycle l -> List.of(l.record().offset(), l.record().timestampMs(), l.event());
                    case CallEntry.Media m -> List.of(m.record().offset(), m.record().timestampMs(), m.frame());
                    case CallEntry.Decision d -> List.of(d.record().offset(), d.record().timestampMs(), d.event());
                    case CallEntry.Conversation c -> List.of(c.record().offset(), c.record().timestampMs(), c.event());
                    case CallEntry.Command c -> List.of(c.record().offset(), c.record().timestampMs(), c.command());
                    case CallEntry.Unreadable u -> List.of(u.record().offset(), u.record().value(), u.reason());
                    case CallEntry.Missing m -> m;
                });
            }
        }
        return read;
    }
}
