package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Erasures;
import io.agentstream.orchestrator.store.Erasures.Erasure;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Orders to erase, and what became of them. An answer never shows a number.
final class ErasureRoutes {
    private static final String ERASURES = "/api/v1/erasures";
    private static final int MAX_NUMBER = 256;
    static final int MAX_OPEN = 10_000;

    private final Database database;

    ErasureRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.post(Access.ADMIN, ERASURES, this::create), Route.get(Access.READ, ERASURES + "/{id}", this::get));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        boolean byNumber = in.has("caller_number");
        in.require(byNumber ? "caller_number" : "run_id");
        Long runId = byNumber ? null : in.id("run_id");
        String number = byNumber ? in.text("caller_number", MAX_NUMBER) : null;
        in.refuseOthers();
        if (in.isBad() || (runId == null && number == null)) {
            return in.badRequest();
        }
        return database.inTransaction(connection -> {
            if (runId != null && !Erasures.isRun(connection, call.organizationId(), runId)) {
                return Reply.notFound();
            }
            Optional<Erasure> open = runId != null
                    ? Erasures.openOfRun(connection, call.organizationId(), runId)
                    : Erasures.openOfCaller(connection, call.organizationId(), number == null ? "" : number);
            if (open.isPresent()) { // and nothing is different by its being ordered again
                return Reply.accepted(json(open.get()), ERASURES + "/" + open.get().id());
            }
            if (Erasures.hasOpen(connection, call.organizationId(), MAX_OPEN)) {
                return Reply.conflict("An organisation has at most " + MAX_OPEN + " erasures that are not done.");
            }
            Erasure made = runId != null
                    ? Erasures.ofRun(connection, call.organizationId(), runId)
                    : Erasures.ofCaller(connection, call.organizationId(), number == null ? "" : number);
            AuditLog.write(connection, call.who(), Changes.erasureOrdered(made));
            return Reply.accepted(json(made), ERASURES + "/" + made.id());
        });
    }

    private Reply get(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(connection -> Erasures.find(connection, call.organizationId(), id)))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private static ObjectNode json(Erasure erasure) {
        ObjectNode out = JsonNodeFactory.instance.objectNode()
                .put("id", erasure.id())
                .put("state", erasure.state())
                .put("by", erasure.byNumber() ? "caller_number" : "run_id")
                .put("run_id", erasure.runId())
                .put("created_at", erasure.createdAt().toString())
                .put("done_by", erasure.doneBy() == null ? null : erasure.doneBy().toString())
                .put("done_at", erasure.doneAt() == null ? null : erasure.doneAt().toString());
        out.putObject("destroyed")
                .put("runs", erasure.runs())
                .put("events", erasure.events())
                .put("keys", erasure.keys());
        return out;
    }
}
