package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.calllog.timeline.TimelineReading.Placed;
import io.agentstream.calllog.timeline.TimelineSummary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A page of a timeline, which takes all of its entries and shows some. A cursor says how far one has come on each topic, and how many
/// entries of the next record one has: so the next page goes on behind it, also where the run went on meanwhile. One thread.
final class TimelinePage {
    private static final int TOPICS = CallReading.ALL.size();
    private static final int MAX_BYTES = 1 << 20;
    private static final long END = 999_999_999_999_999L;

    private final int limit;
    private final TimelineFilter filter;
    private final long[] from;
    /// Entries of the next record of a topic that one has.
    private long toSkip;
    private int skippedTopic;
    private final ByteArrayOutputStream items = new ByteArrayOutputStream(16_384);
    private int shown;
    private final long[] behind;
    /// Entries of the record that is being taken in, and which it is.
    private long taken;
    private @Nullable Placed newest;
    private boolean isFull;
    private String next = "";

    /// @param position of a cursor; null: the first page
    TimelinePage(int limit, long @Nullable [] position, TimelineFilter filter) {
        this.limit = limit;
        this.filter = filter;
        this.from = new long[TOPICS];
        if (position != null) {
            System.arraycopy(position, 0, from, 0, TOPICS);
            toSkip = position[TOPICS] / TOPICS;
            skippedTopic = (int) (position[TOPICS] % TOPICS);
        }
        this.behind = from.clone();
    }

    void take(Placed placed) {
        long offset = Math.min(placed.offset(), END);
        if (isFull || offset < from[placed.topic()]) {
            return;
        }
        if (newest == null || newest.topic() != placed.topic() || newest.offset() != placed.offset()) {
            if (newest != null) {
                behind[newest.topic()] = Math.min(newest.offset(), END) + 1;
            }
            taken = 0;
            newest = placed;
        }
        if (toSkip > 0 && placed.topic() == skippedTopic) {
            toSkip--;
            taken++;
            return;
        }
        if (!filter.wants(placed.entry())) {
            taken++;
            return;
        }
        byte[] json = Json.bytes(TimelineJson.of(placed.entry()));
        if (shown == limit || (shown > 0 && items.size() + json.length > MAX_BYTES)) {
            isFull = true;
            long[] position = new long[TOPICS + 1];
            System.arraycopy(behind, 0, position, 0, TOPICS);
            position[TOPICS] = taken * TOPICS + placed.topic();
            next = Cursor.TIMELINE.text(position);
            return;
        }
        if (shown > 0) {
            items.write(',');
        }
        items.writeBytes(json);
        shown++;
        taken++;
    }

    Reply reply(TimelineSummary summary) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(items.size() + 2_048);
        write(out, "{\"summary\":");
        out.writeBytes(Json.bytes(TimelineJson.of(summary)));
        write(out, ",\"items\":[");
        out.writeBytes(items.toByteArray());
        write(out, isFull ? "],\"next_cursor\":\"" + next + "\"}" : "],\"next_cursor\":null}");
        return Reply.ok(out.toByteArray());
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
