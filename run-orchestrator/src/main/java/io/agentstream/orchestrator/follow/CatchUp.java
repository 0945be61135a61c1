package io.agentstream.orchestrator.follow;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEventFeed;
import io.agentstream.orchestrator.store.RunEventFeed.Event;
import io.agentstream.orchestrator.store.RunEventFeed.Past;
import io.agentstream.orchestrator.store.RunEventFeed.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Brings a follower from where he was to where the feed is: he joins the feed, which keeps for him what happens, is told of the past from
/// the database, and then of what was kept. Each statement takes its organisation's turn, and none is begun before he has taken what
/// was sent: about [#AT_ONCE_BYTES] at a time, so that nobody is cut off for what others did while he was away. One follower, one thread,
/// which may wait.
public final class CatchUp {
    /// Further back it is not looked; he is told that there is a gap.
    static final long MAX_BEHIND = 1_000_000;

    /// An orchestrator may have seen more than another, but not by so much: such a mark is of another database.
    private static final long MAX_AHEAD = 100_000;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// Half of what may wait to be sent to a follower.
    static final int AT_ONCE_BYTES = 512 << 10;

    private final Feed feed;
    private final Turn turn;
    private int unsent;

    /// Does a piece of work in a transaction.
    @FunctionalInterface
    public interface Turn {
        <T> T take(Database.Work<T> work) throws InterruptedException, TimeoutException;
    }

    public CatchUp(Feed feed, Turn turn) {
        this.feed = feed;
        this.turn = turn;
    }

    /// @throws TimeoutException where the feed or the database does not answer; the follower is to be cut off
    public void bring(Follower follower) throws InterruptedException, TimeoutException {
        Mark joined = feed.join(follower);
        Mark from = follower.resumed();
        if (from == null) {
            follower.outlet().send(Frames.begin(joined));
        } else if (joined.high() - from.high() > MAX_BEHIND && follower.wanted().runId() == null) {
            follower.outlet().send(Frames.begin(joined));
            follower.outlet().send(Frames.control("gap", "too far back"));
        } else if (from.high() - joined.high() > MAX_AHEAD) {
            follower.end("unknown Last-Event-ID");
            return;
        } else {
            follower.outlet().send(Frames.begin(from));
            tell(follower, from, joined);
        }
        for (byte[] kept = follower.nextKept(); kept != null && follower.outlet().isOpen(); kept = follower.nextKept()) {
            send(follower, kept);
        }
    }

    private void send(Follower follower, byte[] frame) throws InterruptedException, TimeoutException {
        if (unsent > 0 && unsent + frame.length > AT_ONCE_BYTES) {
            awaitSent(follower);
        }
        unsent += frame.length;
        follower.outlet().send(frame);
    }

    private void awaitSent(Follower follower) throws InterruptedException, TimeoutException {
        if (!follower.outlet().awaitSent(PATIENCE)) {
            throw new TimeoutException("the other side took too long");
        }
        unsent = 0;
    }

    private void tell(Follower follower, Mark from, Mark joined) throws InterruptedException, TimeoutException {
        // What the feed will see later it will tell.
        TreeSet<Long> later = new TreeSet<>(from.holes());
        later.removeIf(hole -> hole <= joined.high() && !joined.holes().contains(hole));
        TreeSet<Long> lacking = new TreeSet<>(from.holes());
        lacking.removeAll(later);
        for (Event event : at(lacking, follower)) {
            lacking.remove(event.position());
            List<Long> left = new ArrayList<>(later);
            left.addAll(lacking);
            send(follower, follower.past(event, Mark.of(from.high(), left)));
        }
        later.addAll(joined.holes().tailSet(from.high() + 1));
        Long after = from.high();
        while (after != null && after < joined.high() && follower.outlet().isOpen()) {
            long behind = after;
            Past past = turn.take(connection -> RunEventFeed.past(connection, follower.wanted(), behind, joined.high()));
            for (Event event : past.events()) {
                if (!joined.holes().contains(event.position())) {
                    send(follower, follower.past(event, Mark.of(event.position(), later)));
                }
            }
            awaitSent(follower);
            after = past.next();
        }
    }

    private List<Event> at(Collection<Long> positions, Follower follower) throws InterruptedException, TimeoutException {
        if (positions.isEmpty()) {
            return List.of();
        }
        List<Seen> seen = turn.take(
                connection -> RunEventFeed.at(connection, positions, List.of(follower.wanted().organizationId())));
        List<Event> events = new ArrayList<>();
        for (Seen each : seen) {
            @Nullable Event event = each.event();
            if (event != null && follower.wanted().wants(event)) {
                events.add(event);
            }
        }
        return events;
    }
}
