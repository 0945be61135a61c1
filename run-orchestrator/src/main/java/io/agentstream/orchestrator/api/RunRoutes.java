package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A run and what happened in it. Who reads that stands in the audit log.
final class RunRoutes {
    private final Database database;
    private final AuditedLooks looks;

    RunRoutes(Database database) {
        this.database = database;
        this.looks = new AuditedLooks(database);
    }

    List<Route> routes() {
        return List.of(
                Route.get(Access.READ, "/api/v1/runs/{id}", this::get),
                Route.list(Access.READ, "/api/v1/runs/{id}/events", this::events));
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
        return looks.write(call, "run.events_read", "run", run.get().id(), connection -> { // what was said stands in them
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
        out.put("disconnected_by", run.disconnectedBy());
        out.put("outcome", run.outcome());
        ArrayNode faults = out.putArray("faults");
        run.faults().forEach(faults::add);
        out.set("services", run.services());
        out.put("cost", Json.decimal(run.cost()));
        Runs.Match match = run.match();
        if (match == null) {
            out.putNull("match");
        } else {
            out.putObject("match")
                    .put("position", match.position())
                    .put("at_ms", Duration.between(run.createdAt(), match.at()).toMillis())
                    .put("by", match.isAgents() ? "agent" : "caller")
                    .put("snippet", match.snippet());
        }
        return out;
    }

    static ObjectNode json(RunEvents.RunEvent event) {
        ObjectNode out = Json.object();
        out.put("position", event.position());
        out.put("at", Json.time(event.at()));
        out.put("type", event.type());
        out.set("payload", event.payload());
        return out;
    }
}
