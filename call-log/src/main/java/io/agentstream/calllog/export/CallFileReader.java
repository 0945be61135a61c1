package io.agentstream.calllog.export;

import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads one file to its end, member by member in the order in which they are written, and believes nothing before the manifest has
/// confirmed it. One thread, once.
final class CallFileReader {

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._:-]{1,100}");

    private final Limits limits;
    private final Spool spool;
    private final List<Manifest.Member> seen = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Integer> parts = new HashMap<>();
    private final Map<String, Count> counts = new HashMap<>();
    private @Nullable CallId callId;
    private @Nullable JsonNode run;
    private @Nullable AgentDefinition definition;
    private @Nullable Manifest manifest;

    private static final class Count {
        private long records;
        private long unreadable;
        private int partition;
        private long offset = -1;
    }

    CallFileReader(Limits limits, Spool spool) {
        this.limits = limits;
        this.spool = spool;
    }

    CallFile read(InputStream in) throws IOException {
        try (UnpackedTar tar = new UnpackedTar(in, limits)) {
            for (UnpackedTar.Member member = tar.next(); member != null; member = tar.next()) {
                take(member);
            }
        }
        Manifest told = manifest;
        if (told == null) {
            throw new CallFileException("The file has no manifest: it was not written to its end.");
        }
        if (run == null) {
            throw new CallFileException("The file has no run.");
        }
        spool.written();
        return new CallFile(spool, told, run, definition);
    }

    private void take(UnpackedTar.Member member) throws IOException {
        String name = member.name();
        if (manifest != null) {
            throw new CallFileException("The file has members behind its manifest.");
        }
        if (seen.isEmpty() && !name.equals(CallFileFormat.FORMAT)) {
            throw new CallFileException("The file is not an exported call: it does not begin as one.");
        }
        if (name.equals(CallFileFormat.MANIFEST)) {
            manifest = checked(member.bytes());
            return;
        }
        if (!names.add(name)) {
            throw new CallFileException("The file has two members of one name.");
        }
        seen.add(new Manifest.Member(name, member.bytes().length, CallFileWriter.sha256(member.bytes())));
        switch (name) {
            case CallFileFormat.FORMAT -> format(member.bytes());
            case CallFileFormat.RUN -> run = object(member.bytes(), name);
            case CallFileFormat.DEFINITION -> definition = definition(member.bytes());
            default -> part(name, member.bytes());
        }
    }

    private void format(byte[] bytes) throws CallFileException {
        JsonNode format = object(bytes, CallFileFormat.FORMAT);
        if (!format.path("format").asString("").equals(CallFileFormat.NAME)) {
            throw new CallFileException("The file is not an exported call: it does not begin as one.");
        }
        version(format.path("version").asInt(0));
        callId = CallId.parse(format.path("call_id").asString(""))
                .orElseThrow(() -> new CallFileException("The file does not say which call it is of."));
    }

    private static void version(int version) throws CallFileException {
        if (version > CallFileFormat.VERSION) {
            throw new CallFileException("The file has version " + version + " of the format, this program reads "
                    + CallFileFormat.VERSION + ": a newer one is needed.");
        }
        if (version < 1) {
            throw new CallFileException("The file does not say which version of the format it has.");
        }
    }

    private static AgentDefinition definition(byte[] bytes) throws CallFileException {
        return switch (Topics.AGENT_DEFINITIONS.codec().decode(bytes)) {
            case Decoded.Value<AgentDefinition>(AgentDefinition value) -> value;
            case Decoded.Unknown<AgentDefinition> _, Decoded.Malformed<AgentDefinition> _ ->
                throw new CallFileException("The file is damaged: its definition cannot be read.");
        };
    }

    /// A part of a topic's records, or of the run's events; each has the number that comes next.
    private void part(String name, byte[] bytes) throws IOException {
        Topic<?> topic = null;
        String stem = CallFileFormat.EVENTS;
        for (Topic<?> each : CallFileFormat.TOPICS) {
            if (name.startsWith(CallFileFormat.stem(each) + "-")) {
                topic = each;
                stem = CallFileFormat.stem(each);
            }
        }
        int next = parts.merge(stem, 1, Integer::sum);
        if (!name.equals(CallFileFormat.part(stem, next, topic != null && CallFileFormat.isBinary(topic)))) {
            throw new CallFileException("The file has a member that exported calls do not have, or has it in another order.");
        }
        if (topic == null) {
            lines(bytes);
        } else {
            records(topic, bytes);
        }
    }

    private static void lines(byte[] bytes) throws CallFileException {
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            object(line.getBytes(StandardCharsets.UTF_8), "events");
        }
    }

    private void records(Topic<?> topic, byte[] bytes) throws IOException {
        CallId call = callId;
        if (call == null) {
            throw new IllegalStateException("the format was read first");
        }
        Count count = counts.computeIfAbsent(topic.name(), any -> new Count());
        RecordForm.read(bytes, topic, call, limits, record -> {
            if (record.offset() <= count.offset || (count.records > 0 && record.partition() != count.partition)) {
                throw new CallFileException("The file has the records of " + topic.name() + " in another order than their topic.");
            }
            count.partition = record.partition();
            count.offset = record.offset();
            count.records++;
            CallId of = callOf(record);
            if (of == null) {
                count.unreadable++;
            } else if (!of.equals(call)) {
                throw RecordForm.anotherCall(topic);
            }
            spool.add(record);
        });
    }

    /// Whose it is; null where it cannot be read.
    static @Nullable CallId callOf(LogRecord record) {
        return switch (record.topic().codec().decode(record.bytes())) {
            case Decoded.Value<?>(Object value) -> switch (value) {
                case CallEvent event -> event.callId();
                case MediaFrame frame -> frame.callId();
                case RunEvent event -> event.callId();
                case ConversationEvent event -> event.callId();
                case SocketCommand command -> command.callId();
                case JournalBatch batch -> batch.callId();
                default -> null;
            };
            case Decoded.Unknown<?> _, Decoded.Malformed<?> _ -> null;
        };
    }

    private Manifest checked(byte[] bytes) throws CallFileException {
        object(bytes, CallFileFormat.MANIFEST);
        Manifest told;
        try {
            told = Json.MAPPER.readValue(bytes, Manifest.class);
        } catch (JacksonException foreign) {
            throw new CallFileException("The file is damaged: its manifest cannot be read.", foreign);
        }
        if (!isWhole(told)) {
            throw new CallFileException("The file is damaged: its manifest leaves out what manifests say.");
        }
        version(told.version());
        if (!told.format().equals(CallFileFormat.NAME) || !told.callId().equals(callId)) {
            throw lies("which call the file is of");
        }
        if (!told.members().equals(seen)) {
            throw lies("what is in the file: a member is missing, is there too much, or is not as it was written");
        }
        topics(told);
        if (run != null && (run.path("id").asLong(-1) != told.runId() || !run.path("call_id").asString("").equals(told.callId().toString()))) {
            throw lies("which run the file is of");
        }
        return told;
    }

    private void topics(Manifest told) throws CallFileException {
        Map<String, Manifest.TopicPart> byName = new HashMap<>();
        for (Manifest.TopicPart part : told.topics()) {
            if (CallFileFormat.topic(part.name()).isEmpty()) {
                throw new CallFileException("The file has records of a topic that exported calls do not have.");
            }
            if (byName.put(part.name(), part) != null) {
                throw lies("how many records there are");
            }
        }
        for (Topic<?> topic : CallFileFormat.TOPICS) {
            Count count = counts.getOrDefault(topic.name(), new Count());
            Manifest.TopicPart part = byName.getOrDefault(topic.name(), new Manifest.TopicPart(topic.name(), 0, 0));
            boolean isUnreadableAsTold = told.redacted() ? count.unreadable == 0 : count.unreadable == part.unreadable();
            if (part.records() != count.records || !isUnreadableAsTold) {
                throw lies("how many records of " + topic.name() + " there are");
            }
            if (count.records > 0 && told.leftOut().contains(topic.name())) {
                throw lies("what was left out");
            }
        }
    }

    @SuppressWarnings("ConstantValue") // what a mapper has read may be null, whatever the types say
    private static boolean isWhole(Manifest told) {
        boolean isThere = told.format() != null && told.callId() != null && told.topics() != null && told.leftOut() != null
                && told.gaps() != null && told.members() != null && told.product() != null && told.runName() != null;
        return isThere
                && isWord(told.runName()) && isWord(told.product()) && (told.definitionKey() == null || isWord(told.definitionKey()))
                && told.leftOut().stream().allMatch(CallFileReader::isWord)
                && told.topics().stream().allMatch(each -> each != null && isWord(each.name()))
                && told.gaps().stream().allMatch(each -> each != null && isWord(each.why()) && isWord(each.topic()))
                && told.members().stream().allMatch(each -> each != null && each.name() != null && each.sha256() != null);
    }

    /// What is printed is of plain letters.
    private static boolean isWord(@Nullable String text) {
        return text != null && WORD.matcher(text).matches();
    }

    private static CallFileException lies(String what) {
        return new CallFileException("The file's manifest is wrong about " + what + ".");
    }

    private static JsonNode object(byte[] bytes, String name) throws CallFileException {
        try {
            JsonNode read = Json.MAPPER.readTree(bytes);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (JacksonException damaged) {
            throw new CallFileException("The file is damaged: " + name + " in it is no JSON.", damaged);
        }
        throw new CallFileException("The file is damaged: " + name + " in it is no JSON object.");
    }
}
