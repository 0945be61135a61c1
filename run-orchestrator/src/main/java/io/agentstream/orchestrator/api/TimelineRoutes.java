package io.agentstream.orchestrator.api;

import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.orchestrator.follow.KeysInForce;
import io.agentstream.orchestrator.replay.FollowedRuns;
import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.replay.RunLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import io.undertow.server.HttpServerExchange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happened in a run, as a timeline. Who looks stands in the audit log.
final class TimelineRoutes {
    private static final Logger log = LoggerFactory.getLogger(TimelineRoutes.class);

    /// The longest call, and a limit of turns that nothing exceeds.
    private static final long MAX_MS = 7L * 24 * 60 * 60 * 1_000;

    private static final int BUSY_SECONDS = 2;
    private static final String FOLLOWED = "run.timeline_followed";

    /// How long a client is asked to wait before it connects again.
    private static final byte[] BEGINNING = bytes("retry: 1000\n\n");

    private static final byte[] ALIVE = bytes(": alive\n\n");
    private static final byte[] BUSY = bytes("event: end\ndata: {\"reason\":\"busy\"}\n\n");
    private static final byte[] REVOKED = bytes("event: end\ndata: {\"reason\":\"key\"}\n\n");
    private static final long ALIVE_NS = TimeUnit.SECONDS.toNanos(10);

    /// So often it is looked whether somebody may still follow, also where nothing happens.
    private static final long LOOK_MS = 1_000;
    private static final Duration SLOW = Duration.ofSeconds(15);

    private final RunLog runs;
    private final ReadBack readBack;
    private final FollowedRuns followed;
    private final KeysInForce keys;
    private final Looks<Looks.Look> looks = new Looks<>(Looks.STREAM_NS, System::nanoTime);
    private final AuditedLooks read;

    /// What followers of a run are sent is the same bytes for all of them, which the run keeps within its own bounds.
    private final QueuedBytes shared = new QueuedBytes();

    /// @param keys of all who follow, or are sent what takes long
    TimelineRoutes(Database database, KeysInForce keys, RunLog runs, ReadBack readBack, FollowedRuns followed) {
        this.read = new AuditedLooks(database);
        this.runs = runs;
        this.readBack = readBack;
        this.followed = followed;
        this.keys = keys;
    }

    List<Route> routes() {
        return List.of(
                new Route(
                        Access.READ, "GET", "/api/v1/runs/{id}/timeline", true, false, List.of(MediaTypes.JSON, MediaTypes.EVENT_STREAM),
                        call -> call.type().equals(MediaTypes.EVENT_STREAM) ? follow(call) : timeline(call)),
                new Route(
                        Access.READ, "GET", "/api/v1/runs/{id}/transcript", false, false, List.of(MediaTypes.JSON, MediaTypes.TEXT),
                        this::transcript));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Reply transcript(Call call) {
        Optional<Located> run = call.id("id").flatMap(id -> runs.find(call.organizationId(), id));
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        lookedAt(call, run.get(), "run.transcript_read");
        return Transcript.of(run.get().id(), runs.transcript(run.get())).reply(call.type());
    }

    private Reply follow(Call call) {
        TimelineFilter filter = TimelineFilter.of(call.query(), MAX_MS);
        for (String paged : List.of("limit", "cursor", "slow_turn_ms")) {
            if (call.query().has(paged)) {
                call.query().refuse(paged, "has no meaning in a stream");
            }
        }
        Optional<String> last = Optional.ofNullable(call.lastEventId()).filter(id -> !id.isEmpty());
        if (last.isPresent() && !FollowedRuns.isId(last.get())) {
            call.query().refuse("Last-Event-ID", "must be an id of this stream");
        }
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Optional<Located> run = call.id("id").flatMap(id -> runs.find(call.organizationId(), id));
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        if (last.isPresent() && FollowedRuns.isLast(last.get())) {
            return Reply.noContent(); // a browser comes again by itself, until it hears this
        }
        Looks.Look look = new Looks.Look(call.caller().keyId(), FOLLOWED, run.get().id());
        if (looks.isNew(look)) {
            lookedAt(call, run.get(), FOLLOWED);
            looks.noted(look);
        }
        if (call.asked().head()) {
            return new Reply(200, null, Map.of("Content-Type", MediaTypes.EVENT_STREAM));
        }
        if (!followed.hasRoom(call.organizationId(), run.get())) {
            return Reply.unavailable("As many runs are being followed as may be at a time.", BUSY_SECONDS);
        }
        Wish wish = new Wish(call.organizationId(), call.caller().keyId(), run.get(), last, filter);
        return Reply.live((exchange, over) -> begin(wish, exchange, over));
    }

    /// Who wants to follow what.
    private record Wish(long owner, long keyId, Located run, Optional<String> last, TimelineFilter filter) {}

    /// On the exchange's I/O thread; the rest is told from a virtual thread.
    private void begin(Wish wish, HttpServerExchange exchange, Runnable over) {
        SseOutlet outlet = new SseOutlet(exchange, over, shared);
        outlet.begin();
        Thread.ofVirtual().name("orchestrator-timeline").start(() -> {
            keys.enter(wish.keyId());
            try {
                tell(wish, outlet);
            } finally {
                keys.leave(wish.keyId());
            }
        });
    }

    /// A follower is told at the pace at which he takes it; one who does not is cut off, and comes again with his last id.
    private void tell(Wish wish, SseOutlet outlet) {
        try (FollowedRuns.Follower follower = followed.follow(wish.owner(), wish.run(), wish.last(), wish.filter())) {
            outlet.send(BEGINNING);
            long saidNs = System.nanoTime();
            while (outlet.isOpen()) {
                FollowedRuns.Next next = follower.next(LOOK_MS);
                if (keys.isRevoked(wish.keyId())) {
                    outlet.end(REVOKED);
                    return;
                }
                next.frames().forEach(outlet::send);
                byte[] end = next.end();
                if (end != null) {
                    outlet.end(end);
                    return;
                }
                if (!next.frames().isEmpty()) {
                    saidNs = System.nanoTime();
                    if (!outlet.awaitSent(SLOW)) {
                        outlet.cutOff();
                    }
                } else if (System.nanoTime() - saidNs > ALIVE_NS) {
                    saidNs = System.nanoTime();
                    outlet.send(ALIVE);
                }
            }
        } catch (LogReaders.BusyException busy) {
            outlet.end(BUSY);
        } catch (InterruptedException closing) {
            outlet.cutOff();
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            log.error("a timeline is not told any further", bug);
            outlet.cutOff();
        }
    }

    private Reply timeline(Call call) {
        int limit = call.query().limit();
        long[] position = call.query().position(Cursor.TIMELINE);
        TimelineFilter filter = TimelineFilter.of(call.query(), MAX_MS);
        Long slowTurnMs = call.query().whole("slow_turn_ms", MAX_MS);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        TimelineLimits limits =
                slowTurnMs == null ? TimelineLimits.DEFAULT : TimelineLimits.DEFAULT.withSlowTurnMs(slowTurnMs);
        Optional<Located> run = call.id("id").flatMap(id -> runs.find(call.organizationId(), id));
        if (run.isEmpty()) {
            return Reply.notFound();
        }
        lookedAt(call, run.get(), "run.timeline_read");
        long owner = call.organizationId();
        return Reply.later(() -> read(owner, run.get(), limits, new TimelinePage(limit, position, filter)));
    }

    private void lookedAt(Call call, Located run, String action) {
        read.write(call, action, "run", run.id());
    }

    private Reply read(long owner, Located run, TimelineLimits limits, TimelinePage page) {
        return readBack.answerInSteps(
                owner, run, new TimelineSteps(() -> runs.open(run), new CallId(run.callId()), limits, page::take), page::reply);
    }
}
