package io.agentstream.cli.replay;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.audio.CallAudio;
import io.agentstream.calllog.audio.CallFeeds;
import io.agentstream.calllog.audio.CallWav;
import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import io.agentstream.calllog.timeline.TimelineText;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the API makes of a run, made of an exported call, without any server. One thread.
public final class ReplayedFile {

    /// The kinds of entries that there are.
    public static final List<String> KINDS = Arrays.stream(TimelineEntry.class.getPermittedSubclasses())
            .map(kind -> kind.getAnnotation(JsonTypeName.class).value())
            .toList();

    private static final int MS_PER_MINUTE = 60_000;
    private static final int MS_PER_SECOND = 1_000;

    private final CallFile file;

    public ReplayedFile(CallFile file) {
        this.file = file;
    }

    /// The run, as the API showed it.
    public JsonNode run() {
        return file.run();
    }

    /// Summary and entries, as the API gives them on one page.
    ///
    /// @param fromMs null: from the beginning
    /// @param toMs null: to the end
    /// @param kinds null: all of them
    /// @param slowTurnMs null: the usual limit
    public ObjectNode timeline(@Nullable Long fromMs, @Nullable Long toMs, @Nullable List<String> kinds, @Nullable Long slowTurnMs)
            throws IOException {
        ObjectNode whole = Json.MAPPER.createObjectNode();
        ArrayNode items = Json.MAPPER.createArrayNode();
        TimelineLimits limits = slowTurnMs == null ? TimelineLimits.DEFAULT : TimelineLimits.DEFAULT.withSlowTurnMs(slowTurnMs);
        TimelineReading told = read(limits, entry -> {
            ObjectNode json = TimelineJson.of(entry);
            if ((fromMs == null || entry.atMs() >= fromMs) && (toMs == null || entry.fromMs() <= toMs)
                    && (kinds == null || kinds.contains(json.path("kind").asString("")))) {
                items.add(json);
            }
        });
        whole.set("summary", TimelineJson.of(told.summary()));
        whole.set("items", items);
        return whole;
    }

    private TimelineReading read(TimelineLimits limits, Consumer<TimelineEntry> taker) throws IOException {
        TimelineReading timeline =
                new TimelineReading(file.manifest().callId(), limits, placed -> taker.accept(placed.entry()));
        try (CallReading reading = CallReading.open(file.source(), CallReading.ALL, null)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                timeline.take(entry);
            }
        }
        timeline.end();
        return timeline;
    }

    /// What was said and heard, a line each.
    public List<String> transcript() throws IOException {
        List<TimelineEntry> lines = new ArrayList<>();
        read(TimelineLimits.DEFAULT, entry -> {
            if (entry instanceof TimelineEntry.Said || entry instanceof TimelineEntry.Heard) {
                lines.add(entry);
            }
        });
        return lines.stream().map(ReplayedFile::line).toList();
    }

    private static String line(TimelineEntry entry) {
        long ms = entry.fromMs();
        return String.format(
                        Locale.ROOT, "%02d:%02d.%d  ", ms / MS_PER_MINUTE, ms / MS_PER_SECOND % 60, ms / 100 % 10)
                + (entry instanceof TimelineEntry.Said ? "agent   " : "caller  ") + TimelineText.of(entry);
    }

    /// The call's sound, as the API gives it: from the accepted socket to the end.
    public void wav(OutputStream out) throws IOException {
        Instant begin = null;
        Instant end = null;
        try (CallSource.Records records = file.source().open(Topics.CALL_LIFECYCLE)) {
            for (LogRecord each = records.next(); each != null; each = records.next()) {
                if (Topics.CALL_LIFECYCLE.codec().decode(each.bytes()) instanceof Decoded.Value<CallEvent>(CallEvent event)) {
                    begin = event instanceof CallEvent.Offered ? event.at() : begin;
                    end = event.at();
                }
            }
        }
        if (begin == null || end == null) {
            throw new IOException("The beginning of the call is not in the file: its sound has no time.");
        }
        long lengthUs = Math.max(0, Duration.between(begin, end).toNanos() / 1_000);
        long samples = CallAudio.samples(lengthUs);
        try (CallFeeds feeds = CallFeeds.open(file.source(), null)) {
            CallAudio audio = new CallAudio(
                    feeds.frames(), feeds.commands(), MediaFormat.MULAW_8K, begin.toEpochMilli() * 1_000, lengthUs);
            CallWav wav = new CallWav(audio, CallWav.Channels.BOTH, samples, 0, CallWav.bytes(CallWav.Channels.BOTH, samples));
            for (byte[] piece = wav.next(); piece != null; piece = wav.next()) {
                out.write(piece);
            }
        }
    }
}
