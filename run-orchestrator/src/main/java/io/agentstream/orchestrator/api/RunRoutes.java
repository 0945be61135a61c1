package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.Runs;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Runs and what happened in them. Runs outlive their agent: those of an archived one are still listed.
final class RunRoutes {
    private final Database database;

    RunRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.list(Access.READ, "/api/v1/agents/{uuid}/runs", this::list),
                Route.get(Access.READ, "/api/v1/runs/{id}", this::get),
                Route.list(Access.READ, "/api/v1/runs/{id}/events", this::events));
    }

    private Reply list(Call call) {
        Query query = call.query();
        int limit = query.limit();
        long[] mark = query.position(Cursor.RUNS);
        Runs.Filter filter = new Runs.Filter(
                query.state(), behind(query.time("created_after")), untilShownAs(query.time("created_before")));
        if (query.isBad()) {
            return query.badRequest();
        }
        Optional<UUID> uuid = call.uuid();
        if (uuid.isEmpty()) {
            return Reply.notFound();
        }
        Page<Runs.Run> page = new Page<>(limit, RunRoutes::place, RunRoutes::json);
        return database.inTransaction(connection -> {
            Optional<Long> agent = Agents.idEvenIfArchived(connection, call.organizationId(), uuid.get());
            if (agent.isEmpty()) {
                return Reply.notFound();
            }
            Runs.Position after = mark == null ? null : position(connection, agent.get(), mark);
            Runs.list(connection, agent.get(), filter, after, limit + 1, page);
            return page.reply();
        });
    }

    /// A number alone is that of a run; behind one that the agent does not have there is nothing.
    private static Runs.Position position(Connection connection, long agentId, long[] mark) throws SQLException {
        return mark.length == 1
                ? Runs.position(connection, agentId, mark[0]).orElse(new Runs.Position(Instant.EPOCH, 0))
                : new Runs.Position(Instant.EPOCH.plus(mark[0], ChronoUnit.MICROS), mark[1]);
    }

    /// The database knows microseconds.
    private static String place(Runs.Run run) {
        return Cursor.RUNS.text(ChronoUnit.MICROS.between(Instant.EPOCH, run.createdAt()), run.id());
    }

    /// The first instant that is shown as later than `time`: we show milliseconds.
    private static @Nullable Instant behind(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    }

    /// The first instant that is not shown as earlier than `time`.
    private static @Nullable Instant untilShownAs(@Nullable Instant time) {
        return time == null || time.equals(time.truncatedTo(ChronoUnit.MILLIS)) ? time : behind(time);
    }

    private Reply get(Call call) {
        return find(call).map(run -> Reply.ok(json(run))).orElseGet(Reply::notFound);
    }

    private Reply events(Call call) {
        int limit = call.query().limit();
        long after = call.query().cursor(Cursor.EVENTS, 0);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Optional<Runs.Run> run = find(call);
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        Page<RunEvents.RunEvent> page =
                Page.of(limit, Cursor.EVENTS, RunEvents.RunEvent::position, RunRoutes::json);
        return database.inTransaction(connection -> {
            RunEvents.list(connection, run.get().id(), after, limit + 1, page);
            return page.reply();
        });
    }

    private Optional<Runs.Run> find(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(
                        connection -> Runs.find(connection, call.organizationId(), id)));
    }

    static ObjectNode json(Runs.Run run) {
        ObjectNode out = Json.object();
        out.put("id", run.id());
        out.put("name", run.name());
        out.put("call_id", run.callId().toString());
        out.put("agent_uuid", run.agentUuid().toString());
        out.put("agent_version", run.agentVersion());
        out.put("mode", run.mode());
        out.put("call_type", run.callType());
        out.put("state", run.state().text());
        if (run.failureCode() == null) {
            out.putNull("failure");
        } else {
            out.putObject("failure").put("code", run.failureCode()).put("reason", run.failureReason());
        }
        out.set("initial_context", run.initialContext());
        out.set("gathered_context", run.gatheredContext());
        out.set("logs", run.logs());
        out.put("created_at", Json.time(run.createdAt()));
        out.put("started_at", Json.time(run.startedAt()));
        out.put("ended_at", Json.time(run.endedAt()));
        Instant started = run.startedAt();
        Instant ended = run.endedAt();
        if (started == null || ended == null) {
            out.putNull("duration_seconds");
        } else {
            out.put("duration_seconds", Duration.between(started, ended).toMillis() / 1000.0);
        }
        if (run.endBy() == null && run.closeCode() == null) {
            out.putNull("end");
        } else {
            out.putObject("end").put("by", run.endBy()).put("close_code", run.closeCode());
        }
        out.put("cost", Json.decimal(run.cost()));
        return out;
    }

    private static ObjectNode json(RunEvents.RunEvent event) {
        ObjectNode out = Json.object();
        out.put("position", event.position());
        out.put("at", Json.time(event.at()));
        out.put("type", event.type());
        out.set("payload", event.payload());
        return out;
    }
}
