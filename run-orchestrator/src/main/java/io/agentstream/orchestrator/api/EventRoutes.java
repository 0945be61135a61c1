package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.follow.CatchUp;
import io.agentstream.orchestrator.follow.Feed;
import io.agentstream.orchestrator.follow.Follower;
import io.agentstream.orchestrator.follow.Mark;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEventFeed.Event;
import io.agentstream.orchestrator.store.RunEventFeed.Wanted;
import io.agentstream.orchestrator.store.RunState;
import io.undertow.server.HttpServerExchange;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// What happens in the organisation's runs, as it happens.
final class EventRoutes {
    private static final Logger log = LoggerFactory.getLogger(EventRoutes.class);

    private static final String FOLLOWED = "events.followed";

    private final Database database;
    private final Feed feed;
    private final Workers workers;
    private final Looks<Looks.Look> looks = new Looks<>(Looks.STREAM_NS, System::nanoTime);
    private final QueuedBytes queued = new QueuedBytes();
    private final Function<Event, byte[]> view = onceEach(event -> Json.bytes(json(event)));

    EventRoutes(Database database, Feed feed, Workers workers) {
        this.database = database;
        this.feed = feed;
        this.workers = workers;
    }

    List<Route> routes() {
        return List.of(Route.stream(Access.READ, "/api/v1/events", this::follow));
    }

    private Reply follow(Call call) {
        UUID agent = call.query().uuid("agent");
        RunState state = call.query().state();
        String last = call.lastEventId();
        Mark resumed = last == null || last.isEmpty() ? null : Mark.parse(last).orElse(null);
        if (resumed == null && last != null && !last.isEmpty()) {
            call.query().refuse("Last-Event-ID", "must be an id of this stream");
        }
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        long organization = call.organizationId();
        Looks.Look look = new Looks.Look(call.caller().keyId(), FOLLOWED, organization);
        boolean isNew = looks.isNew(look);
        Wanted wanted = database.inTransaction(connection -> {
            if (isNew) {
                AuditLog.write(
                        connection, call.who(), AuditLog.Change.of(organization, FOLLOWED, "organization", organization, null, null));
            }
            Long agentId = null;
            if (agent != null) { // where the organisation has none of that UUID nothing happens; numbers begin with 1
                agentId = Agents.idEvenIfArchived(connection, organization, agent).orElse(0L);
            }
            return new Wanted(organization, null, agentId, state);
        });
        if (isNew) {
            looks.noted(look);
        }
        long key = call.caller().keyId();
        return Reply.live((exchange, over) -> begin(wanted, key, resumed, exchange, over));
    }

    private void begin(Wanted wanted, long key, @Nullable Mark resumed, HttpServerExchange exchange, Runnable over) {
        AtomicReference<@Nullable Follower> himself = new AtomicReference<>();
        SseOutlet outlet = new SseOutlet(exchange, () -> {
            over.run();
            Follower gone = himself.get();
            if (gone != null) {
                feed.leave(gone);
            }
        }, queued);
        Follower follower = new Follower(wanted, key, resumed, view, outlet);
        himself.set(follower);
        outlet.begin();
        Thread.ofVirtual().name("orchestrator-catch-up").start(() -> catchUp(follower, outlet, wanted.organizationId()));
    }

    private void catchUp(Follower follower, SseOutlet outlet, long organization) {
        try {
            new CatchUp(feed, new CatchUp.Turn() {
                @Override
                public <T> T take(Database.Work<T> work) throws InterruptedException, TimeoutException {
                    return workers.answer(organization, () -> database.inTransaction(work));
                }
            }).bring(follower);
        } catch (TimeoutException | RuntimeException failed) {
            log.debug("a follower is cut off: {}", failed.getMessage());
            outlet.cutOff();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            outlet.cutOff();
        }
    }

    /// The feed tells each event to all its followers before the next one: it is written once.
    private static Function<Event, byte[]> onceEach(Function<Event, byte[]> view) {
        AtomicReference<Map.@Nullable Entry<Long, byte[]>> last = new AtomicReference<>();
        return event -> {
            Map.Entry<Long, byte[]> known = last.get();
            if (known != null && known.getKey() == event.position()) {
                return known.getValue();
            }
            byte[] json = view.apply(event);
            last.set(Map.entry(event.position(), json));
            return json;
        };
    }

    private static ObjectNode json(Event event) {
        ObjectNode out = Json.object();
        out.put("position", event.position());
        out.put("at", Json.time(event.at()));
        out.put("type", event.type());
        out.putObject("run")
                .put("id", event.runId())
                .put("name", event.runName())
                .put("call_id", event.callId().toString())
                .put("agent_uuid", event.agentUuid().toString())
                .put("state", event.state().text());
        out.set("payload", event.payload());
        return out;
    }
}
