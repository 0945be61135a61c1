package io.agentstream.cli.replay;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.audio.CallSound;
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
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    /// More than a call of hours tells. Whoever has made a file up may have put more into it than there is memory for.
    private static final int MOST_ENTRIES = 200_000;

    /// Longer than any call may be.
    static final Duration LONGEST = Duration.ofDays(2).plusHours(1);

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private final CallFile file;
    private final int most;

    public ReplayedFile(CallFile file) {
        this(file, MOST_ENTRIES);
    }

    /// @param most entries that are shown
    ReplayedFile(CallFile file, int most) {
        this.file = file;
        this.most = most;
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
                bounded(items.size());
                items.add(json);
            }
        });
        whole.set("summary", TimelineJson.of(told.summary()));
        whole.set("items", items);
        return whole;
    }

    private void bounded(int entries) throws IOException {
        if (entries >= most) {
            throw new IOException("The file tells more than " + most + " things. Ask for some of them with --from, --to or --kind.");
        }
    }

    /// Takes an entry.
    @FunctionalInterface
    private interface Taker {
        void take(TimelineEntry entry) throws IOException;
    }

    private TimelineReading read(TimelineLimits limits, Taker taker) throws IOException {
        List<TimelineEntry> fresh = new ArrayList<>();
        TimelineReading timeline =
                new TimelineReading(file.manifest().callId(), limits, placed -> fresh.add(placed.entry()));
        try (CallReading reading = CallReading.open(file.source(), CallReading.ALL, null)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                timeline.take(entry);
                give(fresh, taker);
            }
        }
        timeline.end();
        give(fresh, taker);
        return timeline;
    }

    private static void give(List<TimelineEntry> fresh, Taker taker) throws IOException {
        for (TimelineEntry entry : fresh) {
            taker.take(entry);
        }
        fresh.clear();
    }

    /// What was said and heard, a line each.
    public List<String> transcript() throws IOException {
        List<TimelineEntry> lines = new ArrayList<>();
        read(TimelineLimits.DEFAULT, entry -> {
            if (entry instanceof TimelineEntry.Said || entry instanceof TimelineEntry.Heard) {
                bounded(lines.size());
                lines.add(entry);
            }
        });
        return lines.stream().map(TimelineText::transcriptLine).toList();
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
        if (begin.isBefore(Instant.EPOCH) || begin.isAfter(LATEST) || end.isBefore(begin)) {
            throw new IOException("The file says that the call was at no time at which calls are: its sound is not made.");
        }
        if (Duration.between(begin, end).compareTo(LONGEST) > 0) {
            throw new IOException("The file says that the call lasted for longer than calls do: its sound is not made.");
        }
        long lengthUs = Duration.between(begin, end).toNanos() / 1_000;
        CallSound.Part whole = CallSound.Part.whole(CallWav.Channels.BOTH, lengthUs);
        try (CallSound sound = CallSound.open(file.source(), null, begin.toEpochMilli() * 1_000, lengthUs, whole)) {
            for (byte[] piece = sound.next(); piece != null; piece = sound.next()) {
                out.write(piece);
            }
        }
    }
}
