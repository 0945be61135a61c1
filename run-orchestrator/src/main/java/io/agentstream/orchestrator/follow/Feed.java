package io.agentstream.orchestrator.follow;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEventFeed;
import io.agentstream.orchestrator.store.RunEventFeed.Event;
import io.agentstream.orchestrator.store.RunEventFeed.Seen;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what happens in all runs once for everybody who follows something of it in this process, and not at all while nobody does. It
/// gives each event to its followers and waits for none of them. Its loop owns it; [#join], [#leave] and [#endAll] are for any thread.
public final class Feed implements DutyCycle {
    private static final Logger log = LoggerFactory.getLogger(Feed.class);

    private static final long PAUSE_MS = 50;
    private static final long PAUSE_AFTER_TROUBLE_MS = 1_000;
    private static final int BATCH = 1_000;
    private static final long KEYS_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long ALIVE_NS = TimeUnit.SECONDS.toNanos(15);
    private static final long JOIN_MS = 10_000;

    /// How far back it is looked for transactions that are under way when the reading begins.
    private static final int LOOK_BACK = 1_000;

    private final Database database;
    private final Bell bell = new Bell();
    private final Queue<Joining> joining = new ConcurrentLinkedQueue<>();
    private final Set<Follower> leaving = java.util.concurrent.ConcurrentHashMap.newKeySet();
    private final List<Follower> followers = new ArrayList<>();
    private final Counter events;
    private volatile int count;
    private volatile boolean isEnding;

    private final Holes holes = new Holes();
    private boolean isReading;
    private long high;
    private long nextKeysNs;
    private long nextAliveNs;

    private record Joining(Follower follower, CompletableFuture<Mark> mark) {}

    public Feed(Database database, Metrics metrics) {
        this.database = database;
        this.events = metrics.counter("agent_stream_orchestrator_events_followed"); // read for followers, each once
        metrics.gauge("agent_stream_orchestrator_followers", () -> count);
    }

    @Override
    public String role() {
        return "orchestrator-follow";
    }

    /// From now on the follower is told of what happens.
    ///
    /// @return where that begins: what is up to there, but for its holes, he is told by somebody else
    /// @throws TimeoutException where the database does not say
    public Mark join(Follower follower) throws InterruptedException, TimeoutException {
        Joining mine = new Joining(follower, new CompletableFuture<>());
        joining.add(mine);
        bell.ring();
        try {
            return mine.mark().get(JOIN_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            leave(follower);
            throw new TimeoutException("nothing can be followed at the moment");
        } catch (InterruptedException closing) {
            leave(follower);
            throw closing;
        }
    }

    /// He is told of nothing more. One that is gone leaves by himself.
    public void leave(Follower follower) {
        leaving.add(follower);
        bell.ring();
    }

    /// Tells everybody that it is over here, and takes nobody any more.
    public void endAll() {
        isEnding = true;
        bell.ring();
    }

    /// How many follow.
    public int followers() {
        return count;
    }

    @Override
    public void work() throws InterruptedException {
        boolean more = false;
        try {
            more = step(System.nanoTime());
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log("what happens in runs cannot be read, it is tried again");
            refuse(new TimeoutException("the database does not answer"));
            bell.await(PAUSE_AFTER_TROUBLE_MS);
        }
        if (!more) {
            bell.await(PAUSE_MS);
        }
    }

    /// One pass; whether there is more to read at once.
    private boolean step(long nowNs) {
        if (isEnding) {
            followers.forEach(follower -> follower.end("draining"));
            followers.clear();
            refuse(new TimeoutException("this process is ending"));
        }
        followers.removeIf(follower -> leaving.contains(follower) || !follower.outlet().isOpen());
        leaving.clear();
        if (followers.isEmpty() && joining.isEmpty()) {
            isReading = false;
            count = 0;
            return false;
        }
        if (!isReading) {
            begin(nowNs);
        }
        for (Joining next = joining.poll(); next != null; next = joining.poll()) {
            followers.add(next.follower());
            next.mark().complete(Mark.of(high, holes.positions()));
        }
        count = followers.size();
        checkKeys(nowNs);
        Set<Long> organizations =
                followers.stream().map(follower -> follower.wanted().organizationId()).collect(Collectors.toSet());
        fill(organizations, nowNs);
        boolean more = read(organizations, nowNs);
        if (nowNs - nextAliveNs >= 0) {
            nextAliveNs = nowNs + ALIVE_NS;
            Mark mark = Mark.of(high, holes.positions());
            followers.forEach(follower -> follower.alive(mark));
        }
        return more;
    }

    private void refuse(TimeoutException why) {
        for (Joining next = joining.poll(); next != null; next = joining.poll()) {
            next.mark().completeExceptionally(why);
        }
    }

    private void begin(long nowNs) {
        holes.clear();
        database.inTransaction(connection -> {
            high = RunEventFeed.newest(connection);
            long from = Math.max(0, high - LOOK_BACK);
            Set<Long> seen = RunEventFeed.positions(connection, from, high);
            holes.between(from, high, nowNs);
            seen.forEach(holes::filled);
            return true;
        });
        isReading = true;
        nextAliveNs = nowNs + ALIVE_NS;
        nextKeysNs = nowNs;
    }

    /// What was under way when it was passed.
    private void fill(Set<Long> organizations, long nowNs) {
        if (holes.isEmpty()) {
            return;
        }
        List<Seen> late = database.withConnection(connection -> RunEventFeed.at(connection, holes.positions(), organizations));
        for (Seen seen : late) {
            holes.filled(seen.position());
            tell(seen);
        }
        holes.forget(nowNs);
    }

    private boolean read(Set<Long> organizations, long nowNs) {
        List<Seen> fresh =
                database.withConnection(connection -> RunEventFeed.behind(connection, high, BATCH, organizations));
        for (Seen seen : fresh) {
            holes.between(high, seen.position(), nowNs);
            high = seen.position();
            tell(seen);
        }
        return fresh.size() == BATCH;
    }

    private void tell(Seen seen) {
        Event event = seen.event();
        if (event != null) {
            events.increment();
            Mark mark = Mark.of(high, holes.positions());
            followers.forEach(follower -> follower.happened(event, mark));
        }
    }

    /// A key that is revoked opens nothing any more, also where it has opened it already.
    private void checkKeys(long nowNs) {
        if (nowNs - nextKeysNs < 0) {
            return;
        }
        nextKeysNs = nowNs + KEYS_NS;
        Set<Long> keys = followers.stream().map(Follower::keyId).collect(Collectors.toSet());
        Set<Long> inForce = database.withConnection(connection -> RunEventFeed.inForce(connection, keys));
        followers.removeIf(follower -> {
            boolean isOut = !inForce.contains(follower.keyId());
            if (isOut) {
                follower.end("key");
            }
            return isOut;
        });
    }

    @Override
    public void wakeUp() {
        bell.ring();
    }

    @Override
    public void onClose() {
        followers.forEach(follower -> follower.end("draining"));
        followers.clear();
        refuse(new TimeoutException("this process is ending"));
    }
}
