package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.replay.RunLog;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happened in a run, as a timeline. Who looks stands in the audit log.
final class TimelineRoutes {
    private static final Logger log = LoggerFactory.getLogger(TimelineRoutes.class);

    /// The longest call, and a limit of turns that nothing exceeds.
    private static final long MAX_MS = 7L * 24 * 60 * 60 * 1_000;

    private static final int BUSY_SECONDS = 2;

    private final Database database;
    private final RunLog runs;
    private final LogReaders readers;

    TimelineRoutes(Database database, RunLog runs, LogReaders readers) {
        this.database = database;
        this.runs = runs;
        this.readers = readers;
    }

    List<Route> routes() {
        return List.of(
                Route.list(Access.READ, "/api/v1/runs/{id}/timeline", this::timeline),
                new Route(
                        Access.READ, "GET", "/api/v1/runs/{id}/transcript", false, false, List.of(MediaTypes.JSON, MediaTypes.TEXT),
                        this::transcript));
    }

    private Reply transcript(Call call) {
        Optional<Located> run = call.id("id").flatMap(id -> runs.find(call.organizationId(), id));
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        lookedAt(call, run.get(), "run.transcript_read");
        return Transcript.of(run.get().id(), runs.transcript(run.get())).reply(call.type());
    }

    private Reply timeline(Call call) {
        int limit = call.query().limit();
        long[] position = call.query().position(Cursor.TIMELINE);
        TimelineFilter filter = TimelineFilter.of(call.query(), MAX_MS);
        Long slowTurnMs = call.query().whole("slow_turn_ms", MAX_MS);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        TimelineLimits limits =
                slowTurnMs == null ? TimelineLimits.DEFAULT : TimelineLimits.DEFAULT.withSlowTurnMs(slowTurnMs);
        Optional<Located> run = call.id("id").flatMap(id -> runs.find(call.organizationId(), id));
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        lookedAt(call, run.get(), "run.timeline_read");
        long owner = call.organizationId();
        return Reply.later(() -> read(owner, run.get(), limits, new TimelinePage(limit, position, filter)));
    }

    private void lookedAt(Call call, Located run, String action) {
        database.inTransaction(connection -> {
            AuditLog.write(connection, call.who(), AuditLog.Change.of(call.organizationId(), action, "run", run.id(), null, null));
            return true;
        });
    }

    private Reply read(long owner, Located run, TimelineLimits limits, TimelinePage page) {
        try {
            return readers.read(owner, () -> {
                TimelineReading reading = new TimelineReading(new CallId(run.callId()), limits, page::take);
                try (CallReading entries = runs.open(run)) {
                    for (CallEntry entry = entries.next(); entry != null; entry = entries.next()) {
                        reading.take(entry);
                    }
                }
                reading.end();
                return page.reply(reading.summary());
            });
        } catch (LogReaders.BusyException busy) {
            return Reply.unavailable("As many runs are being read back as may be at a time.", BUSY_SECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.unavailable();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException trouble) {
                log.atWarn().addKeyValue("run", run.id()).addKeyValue("failure", trouble.getMessage()).log("a run cannot be read back");
                return Reply.unavailable("The log cannot be read at the moment.", BUSY_SECONDS);
            }
            throw new IllegalStateException("a run was not read back", failed.getCause());
        }
    }
}
