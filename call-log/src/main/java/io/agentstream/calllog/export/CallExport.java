package io.agentstream.calllog.export;

import io.agentstream.calllog.CallBytes;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallEntry.Missing;
import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.Definitions;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Sealing.Opened;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Writes a call as one file, piece by piece as somebody asks for it: `call.tar.zst`, a tar of
///
/// | member | |
/// |---|---|
/// | `format.json` | format, version, product, call |
/// | `run.json`, `events-0001.ndjson` ... | the run and its events, as the API shows them |
/// | `records/TOPIC-0001.ndjson`, `.bin` ... | the topic's records, as [RecordForm] says |
/// | `definition.json` | the agent's definition that the run used, as on `agent.definitions.v1` |
/// | `manifest.json` | a [Manifest]: hashes and sizes of all others, what is missing, versions |
///
/// What is sealed is opened, so that the file can be read without keys. Or it is redacted: then what is personal is neither in it nor can
/// it be made of what is. The same call gives the same bytes. In constant memory: a part of each topic, and one record. Blocks while the
/// log brings nothing, with the log's bound. One thread.
public final class CallExport implements CallBytes {

    private static final int PIECE_BYTES = 64 << 10;

    /// After so many records a piece ends too, so that who asks for one waits for a part of the call only.
    private static final int PIECE_RECORDS = 5_000;

    private final Subject subject;
    private final Events events;
    private final Definitions definitions;
    private final CallSource source;
    private final @Nullable SealKey words;
    private final boolean redact;
    private final RecordValues values;
    private final CallReading reading;
    private final CallFileWriter writer;
    private final Inventory inventory = new Inventory();
    private @Nullable CallEntry ahead;
    private CallSource.@Nullable Records journal;
    private boolean isJournalSealed;
    private RunEvent.@Nullable Running running;
    private @Nullable String definitionKey;
    private Stage stage = Stage.BEGINNING;

    private enum Stage {
        BEGINNING,
        EVENTS,
        RECORDS,
        JOURNAL,
        DEFINITION,
        MANIFEST,
        OVER
    }

    /// Whose export it is.
    ///
    /// @param run as the API shows it
    /// @param over whether the run is over
    public record Subject(CallId callId, ObjectNode run, boolean over) {}

    /// The run's events as the API shows them, in order.
    @FunctionalInterface
    public interface Events {
        /// The next one; null behind the last.
        @Nullable ObjectNode next() throws IOException;
    }

    private CallExport(
            Subject subject, Events events, Definitions definitions, CallSource source, @Nullable CallSecrets secrets, boolean redact,
            CallReading reading)
            throws IOException {
        this.subject = subject;
        this.events = events;
        this.definitions = definitions;
        this.source = source;
        this.words = secrets == null ? null : secrets.words();
        this.redact = redact;
        this.values = redact ? new RedactedRecords() : new OpenedValues();
        this.reading = reading;
        this.writer = new CallFileWriter(subject.callId());
    }

    /// @param secrets the call's keys; null where it has none or they are not to be had
    /// @throws IOException where the log cannot be read, in a sentence
    public static CallExport open(
            Subject subject, Events events, Definitions definitions, CallSource source, @Nullable CallSecrets secrets, boolean redact)
            throws IOException {
        CallReading reading = CallReading.open(source, CallReading.ALL, secrets);
        try {
            CallExport export = new CallExport(subject, events, definitions, source, secrets, redact, reading);
            export.look();
            return export;
        } catch (IOException | RuntimeException failure) {
            reading.close();
            throw failure;
        }
    }

    /// Goes on to the first record.
    private void look() throws IOException {
        for (ahead = reading.next(); ahead instanceof Missing missing; ahead = reading.next()) {
            inventory.gap(missing.why(), missing.topic(), missing.firstSeq(), missing.lastSeq());
        }
    }

    /// Whether a log has any record of the call: looks no further than the first.
    public static boolean hasRecords(CallSource source) throws IOException {
        for (Topic<?> topic : CallReading.ALL) {
            try (CallSource.Records records = source.open(topic)) {
                if (records.next() != null) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        for (int records = 0; stage != Stage.OVER && writer.packedBytes() < PIECE_BYTES && records < PIECE_RECORDS; records++) {
            stage = step();
        }
        byte[] piece = writer.take();
        return stage == Stage.OVER && piece.length == 0 ? null : piece;
    }

    private Stage step() throws IOException {
        return switch (stage) {
            case BEGINNING -> begin();
            case EVENTS -> event();
            case RECORDS -> record();
            case JOURNAL -> batch();
            case DEFINITION -> define();
            case MANIFEST -> end();
            case OVER -> Stage.OVER;
        };
    }

    private Stage begin() throws IOException {
        ObjectNode format = Json.MAPPER.createObjectNode();
        format.put("format", CallFileFormat.NAME);
        format.put("version", CallFileFormat.VERSION);
        format.put("product", CallFileFormat.product());
        format.put("call_id", subject.callId().toString());
        writer.add(CallFileFormat.FORMAT, bytes(format));
        writer.add(CallFileFormat.RUN, bytes(redact ? RedactedRun.run(subject.run()) : subject.run()));
        return Stage.EVENTS;
    }

    private Stage event() throws IOException {
        ObjectNode event = events.next();
        if (event == null) {
            writer.flush(CallFileFormat.EVENTS);
            return Stage.RECORDS;
        }
        writer.addLine(CallFileFormat.EVENTS, bytes(redact ? RedactedRun.event(event) : event));
        return Stage.EVENTS;
    }

    private Stage record() throws IOException {
        CallEntry entry = ahead;
        if (entry == null) {
            for (Topic<?> topic : CallReading.ALL) {
                writer.flush(topic);
            }
            return redact ? Stage.DEFINITION : Stage.JOURNAL;
        }
        switch (entry) {
            case CallEntry.Lifecycle l -> add(l.record(), entry);
            case CallEntry.Media m -> add(m.record(), entry);
            case CallEntry.Decision d -> {
                add(d.record(), entry);
                running = d.event() instanceof RunEvent.Running began ? began : running;
            }
            case CallEntry.Conversation c -> add(c.record(), entry);
            case CallEntry.Command c -> add(c.record(), entry);
            case CallEntry.Unreadable u -> {
                inventory.unreadable(u.record().topic());
                add(u.record(), entry);
            }
            case Missing _ -> throw new IllegalStateException("gaps are passed over");
        }
        look();
        return Stage.RECORDS;
    }

    private void add(LogRecord record, CallEntry entry) throws IOException {
        byte[] value = values.of(entry);
        if (value != null) {
            inventory.record(record.topic());
            writer.add(record, value);
        }
    }

    private Stage batch() throws IOException {
        CallSource.Records records = journal;
        if (records == null) {
            records = source.open(Topics.CALL_JOURNAL);
            journal = records;
            if (records.deleted().isPresent()) {
                inventory.gap(Why.DELETED, Topics.CALL_JOURNAL.name(), 0, 0);
            }
        }
        LogRecord record = records.next();
        if (record == null) {
            writer.flush(Topics.CALL_JOURNAL);
            return Stage.DEFINITION;
        }
        inventory.record(record.topic());
        writer.add(record, switch (Topics.CALL_JOURNAL.codec().decode(record.bytes())) {
            case Decoded.Value<JournalBatch>(JournalBatch batch) -> batch.sealed() ? opened(record, batch) : record.bytes();
            case Decoded.Unknown<JournalBatch> _, Decoded.Malformed<JournalBatch> _ -> {
                inventory.unreadable(record.topic());
                yield record.bytes();
            }
        });
        return Stage.JOURNAL;
    }

    private byte[] opened(LogRecord record, JournalBatch batch) {
        if (words != null && Sealing.open(batch, words) instanceof Opened.Clear<JournalBatch>(JournalBatch clear)) {
            return Topics.CALL_JOURNAL.codec().encode(clear);
        }
        if (!isJournalSealed) {
            isJournalSealed = true;
            inventory.gap(Why.SEALED, Topics.CALL_JOURNAL.name(), 0, 0);
        }
        return record.bytes();
    }

    private Stage define() throws IOException {
        RunEvent.Running began = running;
        AgentDefinition used = began == null ? null : used(began);
        if (used != null) {
            definitionKey = redact ? null : used.key();
            writer.add(CallFileFormat.DEFINITION, Topics.AGENT_DEFINITIONS.codec().encode(redact
                    ? new AgentDefinition(used.agentId(), used.version(), RedactedRun.definition(used.definition()))
                    : used));
        } else if (began != null) {
            inventory.gap(Why.DELETED, Topics.AGENT_DEFINITIONS.name(), 0, 0);
        }
        return Stage.MANIFEST;
    }

    /// Older writers have it in the event itself.
    private @Nullable AgentDefinition used(RunEvent.Running began) throws IOException {
        if (began.definition() != null) {
            return new AgentDefinition(began.run().agentId(), began.run().agentVersion(), began.definition());
        }
        return began.definitionKey() == null ? null : definitions.find(began.definitionKey());
    }

    private Stage end() throws IOException {
        writer.finish(Json.MAPPER.writeValueAsBytes(new Manifest(
                CallFileFormat.NAME, CallFileFormat.VERSION, CallFileFormat.product(), redact, subject.callId(),
                subject.run().path("id").asLong(0), subject.run().path("name").asString(""), subject.over(),
                definitionKey, inventory.topics(), redact ? List.of(Topics.CALL_JOURNAL.name()) : List.of(),
                inventory.gaps(), inventory.gapsLeftOut(), writer.members())));
        return Stage.OVER;
    }

    private static byte[] bytes(ObjectNode object) {
        return Json.MAPPER.writeValueAsBytes(object);
    }

    @Override
    public void close() throws IOException {
        reading.close();
        if (journal != null) {
            journal.close();
        }
        writer.close();
    }
}
