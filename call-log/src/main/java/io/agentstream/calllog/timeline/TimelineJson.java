package io.agentstream.calllog.timeline;

import io.agentstream.schemas.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An entry as JSON: its kind, its fields in snake case, what is not known left out, and the sentence for people as `line`. Pure; any
/// thread.
public final class TimelineJson {

    private static final String LINE = "line";

    private TimelineJson() {}

    public static ObjectNode of(TimelineEntry entry) {
        ObjectNode out = Json.MAPPER.valueToTree(entry);
        return out.put(LINE, TimelineText.of(entry));
    }

    public static ObjectNode of(TimelineSummary summary) {
        return Json.MAPPER.valueToTree(summary);
    }

    /// The entry again; nothing where it is of a kind that only a newer writer knows.
    public static Optional<TimelineEntry> read(JsonNode entry) {
        try {
            return Optional.of(Json.MAPPER.treeToValue(entry, TimelineEntry.class));
        } catch (JacksonException newer) {
            return Optional.empty();
        }
    }

    /// The sentence of an entry, of whatever kind it is.
    public static String line(JsonNode entry) {
        return entry.path(LINE).asString("");
    }
}
