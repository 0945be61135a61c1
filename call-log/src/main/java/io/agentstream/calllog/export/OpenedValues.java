package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Records as they are: what was sealed as its writer would have written it without a key, every other byte by byte.
final class OpenedValues implements RecordValues {

    /// Fields that a sealed event alone has: what is inside says the same.
    private static final List<String> OF_SEALED = List.of("sealed", "answered");

    @Override
    public byte @Nullable [] of(CallEntry entry) {
        return switch (entry) {
            case CallEntry.Lifecycle l ->
                isAsWritten(l.record(), l.event()) ? l.record().bytes() : merged(l.record(), Topics.CALL_LIFECYCLE.codec().encode(l.event()));
            case CallEntry.Decision d ->
                isAsWritten(d.record(), d.event()) ? d.record().bytes() : merged(d.record(), Topics.RUN_EVENTS.codec().encode(d.event()));
            case CallEntry.Conversation c -> isAsWritten(c.record(), c.event())
                    ? c.record().bytes()
                    : merged(c.record(), Topics.CONVERSATION_EVENTS.codec().encode(c.event()));
            case CallEntry.Media m ->
                isAsWritten(m.record(), m.frame()) ? m.record().bytes() : Topics.CALL_MEDIA.codec().encode(m.frame());
            case CallEntry.Command c ->
                isAsWritten(c.record(), c.command()) ? c.record().bytes() : Topics.SOCKET_COMMANDS.codec().encode(c.command());
            case CallEntry.Unreadable u -> u.record().bytes();
            case CallEntry.Missing _ -> null;
        };
    }

    /// Whether nothing of it was opened.
    private static boolean isAsWritten(LogRecord record, Object value) {
        return record.topic().codec().decode(record.bytes()) instanceof Decoded.Value<?>(Object written) && written.equals(value);
    }

    /// What was opened, in the place of what was sealed; fields that only a newer writer knows stay.
    private static byte[] merged(LogRecord record, byte[] opened) {
        ObjectNode all = (ObjectNode) Json.MAPPER.readTree(record.bytes());
        all.remove(OF_SEALED);
        for (var field : Json.MAPPER.readTree(opened).properties()) {
            JsonNode value = field.getValue();
            all.set(field.getKey(), value);
        }
        return Json.MAPPER.writeValueAsBytes(all);
    }
}
