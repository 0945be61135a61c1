package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.DueDeliveries.Due;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.Runs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Makes what is sent, from what the database knows of the run, and keeps it for further attempts. A connection is held for a
/// statement at a time and a page of events, not while the message is made: there are two for all of them. Any thread; blocks on the
/// database.
final class Messages {

    /// What the conversation tells comes by another way than the call's end, a little later. Nothing says which of it is the last: it is
    /// taken to be whole when nothing came for a moment, or after this long at most.
    private static final Duration SETTLED_AFTER = Duration.ofSeconds(5);

    private static final Duration QUIET = Duration.ofSeconds(1);

    /// A call of four hours has some ten thousand.
    private static final int MAX_EVENTS = 50_000;

    private static final int PAGE = 200;

    private static final String ENDED = "run.ended";

    private final Database database;
    private final RunShape shape;

    Messages(Database database, RunShape shape) {
        this.database = database;
        this.shape = shape;
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
        return kept == null ? made(due) : new Message.Ready(kept);
    }

    private Message made(Due due) {
        boolean ended = due.delivery().event().equals(ENDED);
        if (ended && due.age().compareTo(SETTLED_AFTER) < 0 && !isQuiet(due.delivery().runId())) {
            return new Message.NotYet();
        }
        Optional<Runs.Run> run = database.withConnection(
                connection -> Runs.find(connection, due.organizationId(), due.delivery().runId()));
        if (run.isEmpty()) {
            return new Message.Gone();
        }
        ObjectNode shown = shape.run().apply(run.get());
        String at = shape.time().apply(due.delivery().createdAt());
        String body = (ended ? ended(shown, run.get().id()).ended(at) : RunPayload.started(shown, at)).toString();
        database.withConnection(connection -> {
            DueDeliveries.keepPayload(connection, due.delivery().id(), body);
            return true;
        });
        return new Message.Ready(body);
    }

    private boolean isQuiet(long runId) {
        return database.withConnection(connection -> DueDeliveries.isQuiet(connection, runId, QUIET)).orElse(true);
    }

    private RunPayload ended(ObjectNode shown, long runId) {
        RunPayload payload = new RunPayload(shown);
        long after = 0;
        int seen = 0;
        List<RunEvents.RunEvent> page;
        do {
            page = page(runId, after);
            for (RunEvents.RunEvent event : page) {
                payload.add(event, shape.time().apply(event.at()));
                after = event.position();
            }
            seen += page.size();
        } while (page.size() == PAGE && seen < MAX_EVENTS);
        return payload;
    }

    private List<RunEvents.RunEvent> page(long runId, long after) {
        return database.inTransaction(connection -> {
            List<RunEvents.RunEvent> events = new ArrayList<>();
            RunEvents.list(connection, runId, after, PAGE, events::add);
            return events;
        });
    }
}
