package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.timeline.Timeline;
import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// One organisation's runs, as they are in the log. Any thread; blocks.
public final class RunLog {

    public static final int MAX_LINES = 10_000;

    private static final List<Topic<?>> TOLD = List.of(Topics.CALL_LIFECYCLE, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS);

    private final Database database;
    private final Database readers;
    private final CallLogs logs;

    /// @param database for requests
    /// @param readers for what is read beside the log, which takes as long as that
    public RunLog(Database database, Database readers, CallLogs logs) {
        this.database = database;
        this.readers = readers;
        this.logs = logs;
    }

    /// Nothing where the organisation has no such run.
    public Optional<Located> find(long organizationId, long runId) {
        return database.withConnection(connection -> RunPlaces.find(connection, organizationId, runId));
    }

    /// Whether of a run may still be read what could be when it was found. A database that is away takes nobody anything.
    boolean isKept(Located run) {
        try {
            return database.withConnection(connection -> RunPlaces.kept(connection, run.id())).equals(run.kept());
        } catch (DatabaseException away) {
            return true;
        }
    }

    /// The run's log from its beginning to where it ends now.
    ///
    /// @throws IOException where it cannot be read, in a sentence
    public CallReading open(Located run) throws IOException {
        return CallReading.open(withStored(logs.of(run), run), CallReading.ALL, logs.secrets(run).orElse(null));
    }

    /// The run's log for those who follow it: from its beginning to where it is, and further where it goes on.
    ///
    /// @param isGivenUp whether nobody waits any more: then it fails soon. Any thread may ask
    /// @throws IOException where it cannot be read, in a sentence
    CallReading follow(Located run, BooleanSupplier isGivenUp) throws IOException {
        CallSource followed = logs.followed(run, isGivenUp);
        return run.endedAt() == null
                ? CallReading.follow(followed, CallReading.ALL, logs.secrets(run).orElse(null))
                : CallReading.open(withStored(followed, run), CallReading.ALL, logs.secrets(run).orElse(null));
    }

    /// What was said and heard in it, in order, as the database keeps it: at most [#MAX_LINES].
    public List<TimelineEntry> transcript(Located run) {
        List<TimelineEntry> lines = new ArrayList<>();
        Timeline timeline = new Timeline(new CallId(run.callId()), TimelineLimits.DEFAULT, entry -> {
            if (lines.size() < MAX_LINES && (entry instanceof TimelineEntry.Said || entry instanceof TimelineEntry.Heard)) {
                lines.add(entry);
            }
        });
        try (CallReading reading = CallReading.open(new StoredEvents(database, run.id()), TOLD, null)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                timeline.take(entry);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // the database's troubles are of another kind
        }
        return lines;
    }

    /// What the topics have forgotten, the database may know: all of it, but for what was taken out, which is said.
    private CallSource withStored(CallSource topics, Located run) {
        StoredEvents stored = new StoredEvents(readers, run.id());
        return topic -> {
            CallSource.Records records = topics.open(topic);
            Optional<String> deleted = records.deleted();
            if (deleted.isEmpty() || !StoredEvents.keeps(topic)) {
                return records;
            }
            records.close();
            return stored.open(topic, KeptLogs.isKept(run, topic) ? Optional.empty() : deleted);
        };
    }
}
