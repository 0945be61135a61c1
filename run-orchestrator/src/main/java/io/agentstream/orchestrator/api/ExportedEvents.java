package io.agentstream.orchestrator.api;

import io.agentstream.calllog.export.CallExport;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A run's events, one after the other, read in pages of [#PAGE]: between them there is neither a transaction nor a connection. One thread.
final class ExportedEvents implements CallExport.Events {

    private static final int PAGE = 200;

    private final Database database;
    private final long runId;
    private final Deque<ObjectNode> page = new ArrayDeque<>();
    private long position;
    private boolean isOver;

    ExportedEvents(Database database, long runId) {
        this.database = database;
        this.runId = runId;
    }

    @Override
    public @Nullable ObjectNode next() {
        if (page.isEmpty() && !isOver) {
            database.inTransaction(connection -> {
                RunEvents.list(connection, runId, position, PAGE, event -> {
                    page.add(RunRoutes.json(event));
                    position = event.position();
                    return true;
                });
                return true;
            });
            isOver = page.size() < PAGE;
        }
        return page.poll();
    }
}
