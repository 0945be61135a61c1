package io.agentstream.calllog;

import io.agentstream.calllog.CallEntry.Missing;
import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call's log, all topics in one order: by the call's own numbers, and what only knew the newest number comes after it. Commands
/// for the socket bear no number; they stand where their writer's clock puts them. Two events that know the same number stand by their
/// times, decisions first where these are the same too. A number that nothing bears is said as missing, once for each gap: of the call's own
/// numbers and of those of its workers ([TopicNumbers]). So is what was deleted or cannot be opened. In constant memory: of each topic one record. One thread.
public final class CallReading implements AutoCloseable {

    /// Everything that is known of a call.
    public static final List<Topic<?>> ALL = List.of(
            Topics.CALL_LIFECYCLE, Topics.CALL_MEDIA, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS, Topics.SOCKET_COMMANDS);

    /// What was written at the same time comes within this.
    private static final long GAP_PATIENCE_NS = 2_000_000_000L;

    private final List<EntryCursor> cursors = new ArrayList<>();
    private final Deque<CallEntry> said = new ArrayDeque<>();
    /// Whether gaps in the numbers say something: both topics that bear them are read.
    private final boolean isNumbered;
    private final TopicNumbers workers = new TopicNumbers();
    private long newestSeq;
    private Instant newestAt = Instant.EPOCH;
    /// Whether the beginning of the call's media is deleted, and none of what is left was read yet.
    private boolean isBeforeWhatIsLeft;
    private boolean waitsForGaps;
    private long gapSinceNs;

    private CallReading(boolean isNumbered) {
        this.isNumbered = isNumbered;
    }

    /// @param topics some of [#ALL]
    /// @param secrets the call's keys; null where it has none or they are not to be had
    /// @throws IOException where the log cannot be read, in a sentence
    public static CallReading open(CallSource source, List<Topic<?>> topics, @Nullable CallSecrets secrets) throws IOException {
        CallReading reading =
                new CallReading(topics.contains(Topics.CALL_LIFECYCLE) && topics.contains(Topics.CALL_MEDIA));
        try {
            for (Topic<?> topic : topics) {
                reading.cursors.add(new EntryCursor(topic, source.open(topic), new EntryOpener(secrets)));
            }
            for (EntryCursor cursor : reading.cursors) {
                cursor.advance();
                reading.isBeforeWhatIsLeft |= cursor.isCut() && cursor.topic().equals(Topics.CALL_MEDIA);
            }
            return reading;
        } catch (IOException | RuntimeException failure) {
            reading.close();
            throw failure;
        }
    }

    /// Of a call that is followed: looks again where there was nothing for now, since [#next] answered null.
    ///
    /// @throws IOException where the log cannot be read any further, in a sentence
    public void lookAgain() throws IOException {
        for (EntryCursor cursor : cursors) {
            if (cursor.isOver()) {
                cursor.advance();
            }
        }
    }

    /// As [#open], of a call that is followed: a number that nobody bears may be on its way on another topic, and is waited for.
    public static CallReading follow(CallSource source, List<Topic<?>> topics, @Nullable CallSecrets secrets) throws IOException {
        CallReading reading = open(source, topics, secrets);
        reading.waitsForGaps = true;
        return reading;
    }

    /// The next entry; null behind the last.
    ///
    /// @throws IOException where the log cannot be read any further, in a sentence
    public @Nullable CallEntry next() throws IOException {
        while (said.isEmpty()) {
            EntryCursor first = first();
            newestAt = first == null ? newestAt : first.entry().at();
            deletedWhole();
            if (first == null) {
                break;
            }
            if (waitsForGaps && mayComeYet(first.seq())) {
                break;
            }
            CallEntry entry = first.entry();
            deleted(first, entry.at());
            if (isNumbered) {
                number(first, entry.at());
            }
            Missing lost = workers.before(entry, first.isCut());
            if (lost != null) {
                said.add(lost);
            }
            if (first.isUnopened()) {
                said.add(new Missing(entry.at(), Why.SEALED, first.topic().name(), first.seq(), first.seq()));
            }
            said.add(entry);
            first.advance();
        }
        return said.poll();
    }

    /// Whether there is a gap before this number that was seen only now.
    private boolean mayComeYet(long seq) {
        if (seq <= newestSeq + 1) {
            gapSinceNs = 0;
            return false;
        }
        long nowNs = System.nanoTime();
        gapSinceNs = gapSinceNs == 0 ? nowNs : gapSinceNs;
        return nowNs - gapSinceNs < GAP_PATIENCE_NS;
    }

    /// Of topics of which nothing is left.
    private void deletedWhole() {
        for (EntryCursor cursor : cursors) {
            if (cursor.isOver()) {
                deleted(cursor, newestAt);
            }
        }
    }

    private void deleted(EntryCursor cursor, Instant at) {
        if (cursor.takeDeleted()) {
            said.add(new Missing(at, Why.DELETED, cursor.topic().name(), 0, 0));
        }
    }

    /// A media topic whose beginning is deleted has said so: before what is left of it nothing is lost that anybody knows of.
    private void number(EntryCursor cursor, Instant at) {
        long seq = cursor.seq();
        if (seq == 0) {
            return;
        }
        if (seq > newestSeq + 1 && !isBeforeWhatIsLeft) {
            said.add(new Missing(at, Why.LOST, Topics.CALL_MEDIA.name(), newestSeq + 1, seq - 1));
        }
        isBeforeWhatIsLeft &= !cursor.topic().equals(Topics.CALL_MEDIA);
        newestSeq = Math.max(newestSeq, seq);
    }

    private @Nullable EntryCursor first() {
        EntryCursor numbered = null;
        EntryCursor timed = null;
        for (EntryCursor cursor : cursors) {
            if (cursor.isOver()) {
                continue;
            }
            if (!cursor.isNumbered()) {
                timed = timed == null || cursor.entry().at().isBefore(timed.entry().at()) ? cursor : timed;
            } else if (numbered == null || cursor.isBefore(numbered)) {
                numbered = cursor;
            }
        }
        if (numbered == null || timed == null) {
            return numbered == null ? timed : numbered;
        }
        return timed.entry().at().isBefore(numbered.entry().at()) ? timed : numbered;
    }

    @Override
    public void close() {
        cursors.forEach(EntryCursor::close);
    }
}
