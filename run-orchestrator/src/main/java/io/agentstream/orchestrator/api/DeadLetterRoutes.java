package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DeadOrders;
import io.agentstream.orchestrator.store.DeadOrders.DeadOrder;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What followed from decisions and was given up, for whoever runs the installation.
final class DeadLetterRoutes {

    private static final String LETTERS = "/api/v1/operator/dead-letters";

    private final Database database;

    DeadLetterRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.list(Access.OPERATOR, LETTERS, this::list),
                Route.action(Access.OPERATOR, LETTERS + "/{id}/resend", this::resend));
    }

    private Reply list(Call call) {
        return new Listing<DeadOrder>(Cursor.DEAD_LETTERS, DeadOrder::id, DeadLetterRoutes::json)
                .answer(database, call, DeadOrders::list);
    }

    /// Answers with what it was.
    private Reply resend(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<DeadOrder> dead = DeadOrders.revive(connection, id.get());
            if (dead.isEmpty()) {
                return Reply.notFound();
            }
            AuditLog.write(connection, call.who(), Changes.deadLetterResent(dead.get()));
            return Reply.ok(json(dead.get()));
        });
    }

    private static ObjectNode json(DeadOrder order) {
        return Json.object()
                .put("id", order.id())
                .put("kind", order.kind())
                .put("organization_id", order.organizationId())
                .put("run_id", order.runId())
                .put("run_name", order.runName())
                .put("call_id", order.callId().toString())
                .put("tries", order.tries())
                .put("trouble", order.trouble())
                .put("created_at", Json.timeOf(order.createdAt()))
                .put("dead_at", Json.timeOf(order.deadAt()));
    }
}
