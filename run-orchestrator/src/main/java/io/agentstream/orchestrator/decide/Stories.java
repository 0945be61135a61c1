package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.RunEvents.NewEvent;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Keeps what conversations tell with their runs. Any thread; blocks on the database.
final class Stories {

    private final Database database;

    Stories(Database database) {
        this.database = database;
    }

    /// Adds an event to the run's story; one whose call has no run is nobody's. The first says that the run has a conversation,
    /// in the same transaction: once its record is done with, that is known for good.
    void said(ConversationEvent event, Source source) {
        database.inTransaction(connection -> {
            Optional<RunRow> run = RunRows.find(connection, event.callId().value());
            if (run.isPresent()) {
                ObjectNode payload = Json.MAPPER.valueToTree(event);
                String type = payload.path("type").asString();
                RunEvents.append(
                        connection, run.get().id(), List.of(new NewEvent(event.at(), type, payload, source)));
                if (run.get().conversationAt() == null) {
                    RunRows.attend(connection, run.get().id(), event.at());
                }
            }
            return run.isPresent();
        });
    }
}
