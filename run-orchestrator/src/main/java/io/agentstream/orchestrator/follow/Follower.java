package io.agentstream.orchestrator.follow;

import io.agentstream.orchestrator.store.RunEventFeed.Event;
import io.agentstream.orchestrator.store.RunEventFeed.Wanted;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Somebody who follows what happens: what he wants, how far he had come when he began, and where it goes. What happens while he is
/// still told of the past is kept for him, [#MAX_WAITING] events of it. Whoever has more to be told than he takes is cut off; he comes
/// again with his mark. Any thread.
public final class Follower {
    private static final int MAX_WAITING = 2_000;

    private final Wanted wanted;
    private final long keyId;
    private final @Nullable Mark resumed;
    private final Function<Event, byte[]> view;
    private final Outlet outlet;
    private @Nullable Queue<Told> waiting = new ArrayDeque<>();

    private record Told(Event event, Mark mark) {}

    /// @param keyId API key that it is done with, which may be revoked
    /// @param resumed how far he has come before; null: he begins with what happens from now on
    /// @param view JSON of an event, on one line
    public Follower(Wanted wanted, long keyId, @Nullable Mark resumed, Function<Event, byte[]> view, Outlet outlet) {
        this.wanted = wanted;
        this.keyId = keyId;
        this.resumed = resumed;
        this.view = view;
        this.outlet = outlet;
    }

    Wanted wanted() {
        return wanted;
    }

    long keyId() {
        return keyId;
    }

    @Nullable Mark resumed() {
        return resumed;
    }

    Outlet outlet() {
        return outlet;
    }

    /// Something happened.
    ///
    /// @param feed how far the feed has come with it
    void happened(Event event, Mark feed) {
        if (!wanted.wants(event) || (resumed != null && !resumed.lacks(event.position()))) {
            return;
        }
        synchronized (this) {
            if (waiting == null) {
                outlet.send(frame(event, own(feed)));
            } else if (waiting.size() < MAX_WAITING) {
                waiting.add(new Told(event, feed));
            } else {
                outlet.end(Frames.control("end", "slow"));
            }
        }
    }

    /// Something that happened before he joined, as he is told of it.
    byte[] past(Event event, Mark mark) {
        return frame(event, mark);
    }

    /// The next of what has happened meanwhile, as he is told of it; null where that was all: from then on he is told at once.
    synchronized byte @Nullable [] nextKept() {
        Told next = waiting == null ? null : waiting.poll();
        if (next == null) {
            waiting = null;
            return null;
        }
        return frame(next.event(), own(next.mark()));
    }

    /// Says that the stream is alive.
    synchronized void alive(Mark feed) {
        if (waiting == null) {
            outlet.send(Frames.alive(own(feed)));
        }
    }

    void end(String reason) {
        outlet.end(Frames.control("end", reason));
    }

    private byte[] frame(Event event, Mark mark) {
        return Frames.event(mark, view.apply(event));
    }

    /// How far he has come when the feed has come so far: he may have been ahead of it, elsewhere.
    Mark own(Mark feed) {
        if (resumed == null || (feed.high() > resumed.high() && feed.holes().stream().allMatch(resumed::lacks))) {
            return feed;
        }
        TreeSet<Long> holes = new TreeSet<>(feed.holes());
        holes.removeIf(hole -> !resumed.lacks(hole));
        if (feed.high() < resumed.high()) {
            holes.addAll(resumed.holes().tailSet(feed.high() + 1));
        }
        return Mark.of(Math.max(feed.high(), resumed.high()), holes);
    }
}
