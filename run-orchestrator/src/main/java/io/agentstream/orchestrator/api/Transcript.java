package io.agentstream.orchestrator.api;

import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What was said and heard in a run, line by line.
///
/// @param lines [TimelineEntry.Said] and [TimelineEntry.Heard], in order
record Transcript(long runId, List<TimelineEntry> lines) {

    static Transcript of(long runId, List<TimelineEntry> lines) {
        return new Transcript(runId, List.copyOf(lines));
    }

    Reply reply(String type) {
        return type.equals(MediaTypes.TEXT)
                ? new Reply(
                        200, ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)),
                        Map.of("Content-Type", MediaTypes.TEXT + "; charset=utf-8"))
                : Reply.ok(json());
    }

    private ObjectNode json() {
        ObjectNode out = Json.object();
        out.put("run_id", runId);
        ArrayNode items = out.putArray("items");
        for (TimelineEntry line : lines) {
            ObjectNode item = items.addObject();
            item.put("at_ms", line.fromMs());
            switch (line) {
                case TimelineEntry.Said said -> {
                    item.put("by", "agent").put("turn", said.turn());
                    text(item, "text", said.text());
                    item.put("played_ms", said.playedMs()).put("whole", said.whole());
                }
                case TimelineEntry.Heard heard -> {
                    item.put("by", "caller").put("turn", heard.turn());
                    text(item, "text", heard.text());
                    text(item, "digit", heard.digit());
                    Long speechMs = heard.speechMs();
                    if (speechMs != null) {
                        item.put("speech_ms", speechMs);
                    }
                }
                default -> throw new IllegalStateException("nothing else is a line");
            }
        }
        return out;
    }

    private static void text(ObjectNode item, String name, @Nullable String value) {
        if (value != null) {
            item.put(name, value);
        }
    }

    private String text() {
        StringBuilder out = new StringBuilder();
        for (TimelineEntry line : lines) {
            out.append(TimelineText.transcriptLine(line)).append('\n');
        }
        return out.toString();
    }
}
