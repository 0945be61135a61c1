package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Outcomes;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.RunEvents.NewEvent;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunServices;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.RunWords;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WarmLegs.Told;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Keeps what conversations tell with their runs. Any thread; blocks on the database.
final class Stories {

    private static final int MAX_KEY_CHARS = 200;
    private static final int MAX_TARGET_CHARS = 2_000;
    private static final int USUAL_RING_MS = 30_000;
    private static final int MIN_RING_MS = 1_000;
    private static final int MAX_RING_MS = 120_000;

    /// How long a provider may have too much to do for one request; the agent waits longer.
    private static final int REQUEST_MS = 12_000;

    private final Database database;

    Stories(Database database) {
        this.database = database;
    }

    /// Adds an event to the run's story; one whose call has no run is nobody's. The first of a worker says that the run has a
    /// conversation, and in which epoch, in the same transaction: once its record is done with, that is known for good.
    ///
    /// @return false where the event is of a worker that has lost the call, and nothing was added
    boolean said(ConversationEvent event, Source source) {
        return database.inTransaction(connection -> {
            Optional<RunRow> found = RunRows.share(connection, event.callId().value());
            if (found.isEmpty()) {
                return true;
            }
            RunRow run = found.get();
            Integer known = run.conversationEpoch();
            Integer epoch = event.epoch(); // a worker without one is of a version that had none, and is neither older nor newer
            if (epoch != null && known != null && epoch < known) {
                return false;
            }
            ObjectNode payload = Json.MAPPER.valueToTree(event);
            String type = payload.path("type").asString();
            int fresh = RunEvents.append(connection, run.id(), List.of(new NewEvent(event.at(), type, payload, source)));
            if (fresh > 0 && event instanceof ConversationEvent.NodeEntered entered) {
                if (entered.outcome() == null) {
                    Outcomes.reached(connection, run.id(), entered.node());
                } else {
                    Outcomes.achieved(connection, run.id(), entered.outcome());
                }
            }
            if (fresh > 0 && event instanceof ConversationEvent.Used used) {
                RunServices.used(connection, run.id(), used.services());
            }
            if (fresh > 0 && event instanceof ConversationEvent.ToolCalled called && called.transfer() != null && called.result() == null) {
                transfer(connection, run, called, called.transfer());
            }
            if (fresh > 0 && hasWords(event)) {
                RunWords.said(connection, run.id(), run.state().isOver());
            }
            if (run.conversationAt() == null || (epoch != null && (known == null || epoch > known))) {
                SignsOfLife.attend(connection, run.id(), event.at(), epoch);
            }
            return true;
        });
    }

    /// The caller is to be given to somebody else: once for each key, whichever worker asks.
    private static void transfer(Connection connection, RunRow run, ConversationEvent.ToolCalled asked, String key) throws SQLException {
        JsonNode arguments = asked.arguments();
        String to = arguments.path("to").asString("");
        if (run.state() == RunState.RUNNING && key.length() <= MAX_KEY_CHARS && !to.isEmpty() && to.length() <= MAX_TARGET_CHARS) {
            int ringMs = Math.clamp(arguments.path("ring_ms").asInt(USUAL_RING_MS), MIN_RING_MS, MAX_RING_MS);
            Told told = told(run, arguments);
            int limitMs = told == null ? REQUEST_MS : ringMs + Math.clamp(arguments.path("answer_ms").asInt(0), MIN_RING_MS, MAX_RING_MS);
            Transfers.order(connection, run, new Transfers.Order(key, asked.after(), asked.at(), to, ringMs, limitMs, told));
        }
    }

    /// What the other side is told; null where the caller is simply put through.
    private static @Nullable Told told(RunRow run, JsonNode arguments) {
        if (!arguments.has("summary")) {
            return null;
        }
        return new Told(
                text(arguments, "summary"), text(arguments, "question"), text(arguments, "language"),
                run.initialContext().path("called_number").asString(null));
    }

    private static String text(JsonNode arguments, String field) {
        return WellFormed.beginning(arguments.path(field).asString(""), MAX_TARGET_CHARS);
    }

    /// Keys that are pressed are no words.
    private static boolean hasWords(ConversationEvent event) {
        return switch (event) {
            case ConversationEvent.Heard heard -> heard.text() != null && !heard.text().isBlank();
            case ConversationEvent.Said said -> !said.text().isBlank();
            case ConversationEvent.Began _, ConversationEvent.TurnStarted _, ConversationEvent.Interrupted _,
                    ConversationEvent.NodeEntered _, ConversationEvent.ToolCalled _, ConversationEvent.Latency _,
                    ConversationEvent.HungUp _, ConversationEvent.Resumed _, ConversationEvent.Used _ ->
                false;
        };
    }
}
