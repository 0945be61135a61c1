package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.api.RunView;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.DueDeliveries.Due;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.Runs;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Makes what is sent, from what the database knows of the run, and keeps it for further attempts. Any thread; blocks on the database.
final class Messages {

    /// What the conversation tells comes by another way than the call's end, a little later. Nothing says which of it is the last: it is
    /// taken to be whole when nothing came for a moment, or after this long at most.
    private static final Duration SETTLED_AFTER = Duration.ofSeconds(5);

    private static final Duration QUIET = Duration.ofSeconds(1);

    /// A call of four hours has some ten thousand.
    private static final int MAX_EVENTS = 50_000;

    private static final String ENDED = "run.ended";

    private final Database database;

    Messages(Database database) {
        this.database = database;
    }

    /// What there is to send.
    sealed interface Message {
        record Ready(String body) implements Message {}

        /// Something may still come in.
        record NotYet() implements Message {}

        /// There is no such run any more.
        record Gone() implements Message {}
    }

    Message of(Due due) {
        String kept = due.payload();
        return kept == null ? database.inTransaction(connection -> {
            if (due.delivery().event().equals(ENDED) && due.age().compareTo(SETTLED_AFTER) < 0
                    && !DueDeliveries.isQuiet(connection, due.delivery().runId(), QUIET).orElse(true)) {
                return new Message.NotYet();
            }
            Optional<Runs.Run> run = Runs.find(connection, due.organizationId(), due.delivery().runId());
            if (run.isEmpty()) {
                return new Message.Gone();
            }
            ObjectNode message;
            ObjectNode shown = RunView.of(run.get());
            if (due.delivery().event().equals(ENDED)) {
                RunPayload payload = new RunPayload(shown);
                RunEvents.list(connection, run.get().id(), 0, MAX_EVENTS, event -> {
                    payload.add(event, RunView.time(event.at()));
                    return true;
                });
                message = payload.ended(RunView.time(due.delivery().createdAt()));
            } else {
                message = RunPayload.started(shown, RunView.time(due.delivery().createdAt()));
            }
            String body = message.toString();
            DueDeliveries.keepPayload(connection, due.delivery().id(), body);
            return new Message.Ready(body);
        }) : new Message.Ready(kept);
    }
}
