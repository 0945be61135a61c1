package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import io.agentstream.calllog.timeline.TimelineReading.Placed;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One reading of a run's log, from the beginning and then live, for whoever follows it: however many they are, it is read once, and each
/// entry is written once. What was told is kept for those who come later, as sent and with what they may ask for, within [ToldBytes]: a call
/// that tells more can be followed no further. Where nobody follows it, it is given up, also while its past is read. One thread reads; any
/// asks.
final class FollowedRun {

    /// Of what is told to one at a time: what waits to be sent to him is bounded, and he is not to be cut off for what others say.
    private static final int AT_ONCE = 200;
    private static final int AT_ONCE_BYTES = 256 << 10;

    /// What an entry takes beside its bytes, about.
    private static final int ENTRY_BYTES = 96;

    private static final Logger log = LoggerFactory.getLogger(FollowedRun.class);
    private static final long LOOK_MS = 200;

    /// Decisions, and what the conversation tells at its end, come soon behind the close.
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(3);

    /// So often it is asked whether what was read may still be told.
    private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(1);

    /// Nobody follows for so long: then nobody reads.
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);

    /// The same while the past is read, which costs more: long enough for a client that connects again.
    private static final long PAST_IDLE_NS = TimeUnit.SECONDS.toNanos(3);

    private final Opening opening;
    private final boolean goesOn;
    private final CatchingUp.Turn turn;
    private final ToldBytes budget;
    private final BooleanSupplier isKept;
    private final Runnable whenFree;
    private final TimelineReading timeline;
    private final Thread thread;

    // Guarded by this.
    private final List<Told> told = new ArrayList<>();
    private long toldBytes;
    private TimelineMark mark = TimelineMark.NONE;
    private int followers;
    private long idleSinceNs = System.nanoTime();
    private long lookedNs = System.nanoTime();
    private boolean isCaughtUp;
    private boolean isRead;
    private @Nullable Last last;

    /// An entry as it is sent, and what it is chosen by.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Told(int topic, long offset, Class<? extends TimelineEntry> kind, long fromMs, long atMs, byte[] frame) {}

    /// What a stream ends with.
    ///
    /// @param isFinal whether whoever comes again is told the same
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Last(byte[] frame, boolean isFinal) {}

    /// Begins to read.
    @FunctionalInterface
    interface Opening {

        /// A reading that goes on behind the end where the run does.
        ///
        /// @param isGivenUp whether nobody waits for it any more: then it fails soon
        /// @throws IOException where the log cannot be read, in a sentence
        CallReading open(BooleanSupplier isGivenUp) throws IOException;
    }

    /// @param goesOn whether the run does
    /// @param owner whose run it is
    /// @param isKept whether what was read may still be told; may block, is asked once in [#KEPT_NS] as long as somebody follows
    /// @param whenFree called once, when nobody reads and nobody follows it any more, without a lock
    FollowedRun(
            CallId callId, Opening opening, boolean goesOn, long owner, CatchingUp catchingUp, ToldBytes budget, BooleanSupplier isKept,
            Runnable whenFree) {
        this.isKept = isKept;
        this.opening = opening;
        this.goesOn = goesOn;
        this.turn = catchingUp.turn(owner, this::isGivenUp);
        this.budget = budget;
        this.whenFree = whenFree;
        this.timeline = new TimelineReading(callId, TimelineLimits.DEFAULT, this::tell);
        this.thread = Thread.ofPlatform().name("orchestrator-follow-log").daemon().unstarted(this::read);
    }

    void start() {
        thread.start();
    }

    /// Whoever follows is told at once that it is over here. The thread ends with what it is fetching: it is not interrupted, as Kafka's
    /// reader would say its farewell neither to the broker nor in silence.
    void stop() {
        finish(again("draining"));
    }

    /// What was read is not kept any more: nobody is told anything of it, also where it has been told to the end. Whoever comes again is told
    /// what is left.
    synchronized void drop() {
        if (last == null || last.isFinal()) {
            last = again("unreadable");
            forget();
            notifyAll();
        }
    }

    private void dropUnlessKept() {
        synchronized (this) {
            long nowNs = System.nanoTime();
            if (nowNs - lookedNs < KEPT_NS) {
                return;
            }
            lookedNs = nowNs;
        }
        if (!isKept.getAsBoolean()) {
            drop();
        }
    }

    /// Somebody follows; false where it is over and he would not be told all of it.
    synchronized boolean enter() {
        if (isFree() || (last != null && !last.isFinal())) {
            return false;
        }
        followers++;
        return true;
    }

    void leave() {
        boolean isFree;
        synchronized (this) {
            followers--;
            idleSinceNs = System.nanoTime();
            isFree = isFree();
        }
        freed(isFree);
    }

    private boolean isFree() {
        return isRead && followers == 0;
    }

    private void freed(boolean isFree) {
        if (isFree) {
            forget();
            whenFree.run();
        }
    }

    private synchronized void forget() {
        told.clear();
        budget.remove(toldBytes);
        toldBytes = 0;
    }

    private void read() {
        Last end = again("unreadable");
        try (CallReading reading = caughtUp()) {
            end = reading == null ? again("idle") : live(reading);
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            if (isGivenUp()) {
                end = again("idle");
            } else {
                log.atWarn().addKeyValue("failure", Causes.ofAny(failure)).log("a run cannot be followed");
            }
        } finally {
            finish(end);
            boolean isFree;
            synchronized (this) {
                isRead = true;
                isFree = isFree();
            }
            freed(isFree);
        }
    }

    /// What was before is read as fast as it comes, in turns. Null where it was given up before it began.
    private @Nullable CallReading caughtUp() throws IOException, InterruptedException {
        try (turn) {
            if (!turn.take()) {
                return null;
            }
            CallReading reading = opening.open(this::isGivenUp);
            try {
                for (CallEntry entry = reading.next(); entry != null && !isFull() && turn.goesOn(); entry = reading.next()) {
                    timeline.take(entry);
                }
                isCaughtUp();
                return reading;
            } catch (IOException | InterruptedException | RuntimeException failure) {
                reading.close();
                throw failure;
            }
        }
    }

    private synchronized void isCaughtUp() {
        isCaughtUp = true;
    }

    private Last live(CallReading reading) throws IOException, InterruptedException {
        long newsNs = System.nanoTime();
        while (!isGivenUp() && !isFull() && goesOn && !(timeline.isOver() && System.nanoTime() - newsNs > QUIET_NS)) {
            rest();
            reading.lookAgain();
            newsNs = drain(reading) ? System.nanoTime() : newsNs;
        }
        if (isGivenUp()) {
            return again("idle"); // whoever comes at this moment comes again
        }
        if (isFull()) {
            return last("{\"reason\":\"long\"}");
        }
        timeline.end();
        return last("{\"summary\":" + Json.MAPPER.writeValueAsString(TimelineJson.of(timeline.summary())) + "}");
    }

    private boolean drain(CallReading reading) throws IOException {
        boolean any = false;
        for (CallEntry entry = reading.next(); entry != null && !isFull() && !isGivenUp(); entry = reading.next()) {
            timeline.take(entry);
            any = true;
        }
        return any;
    }

    /// Until the next look, or until it is stopped.
    private synchronized void rest() throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MS);
        for (long leftNs = untilNs - System.nanoTime(); last == null && leftNs > 0; leftNs = untilNs - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
    }

    private synchronized boolean isFull() {
        return budget.isFull(toldBytes);
    }

    private synchronized boolean isGivenUp() {
        return last != null || (followers == 0 && System.nanoTime() - idleSinceNs > (isCaughtUp ? IDLE_NS : PAST_IDLE_NS));
    }

    private synchronized void tell(Placed placed) {
        if (last != null) {
            return; // it was stopped
        }
        TimelineEntry entry = placed.entry();
        boolean isOfRecord = placed.offset() != Long.MAX_VALUE;
        TimelineMark with = isOfRecord ? mark.with(placed.topic(), placed.offset()) : mark;
        mark = placed.isLast() ? with : mark;
        String json = Json.MAPPER.writeValueAsString(TimelineJson.of(entry));
        byte[] frame = ("id: " + mark.text() + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
        told.add(new Told(placed.topic(), placed.offset(), entry.getClass(), entry.fromMs(), entry.atMs(), frame));
        toldBytes += frame.length + ENTRY_BYTES;
        budget.add(frame.length + ENTRY_BYTES);
        notifyAll();
    }

    /// The first end is the one that is told.
    private synchronized void finish(Last end) {
        if (last != null) {
            return;
        }
        last = end;
        if (!end.isFinal()) {
            forget(); // whoever follows comes again with his id
        }
        notifyAll();
    }

    /// Its id says that nothing comes behind it.
    private synchronized Last last(String json) {
        String id = mark.last().text();
        return new Last(("id: " + id + "\nevent: end\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8), true);
    }

    private static Last again(String reason) {
        return new Last(("event: end\ndata: {\"reason\":\"" + reason + "\"}\n\n").getBytes(StandardCharsets.UTF_8), false);
    }

    /// What follows for somebody.
    ///
    /// @param at how many of the entries he was given, or passed over
    /// @param frames to send, which may be none
    /// @param end what the stream ends with; null where it goes on
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Next(int at, List<byte[]> frames, byte @Nullable [] end) {}

    /// The next entries for somebody, some or about [#AT_ONCE_BYTES] of them; waits for one for a while.
    ///
    /// @param resumed how far he had come before
    Next next(int at, TimelineMark resumed, WantedEntries wanted, long waitMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        dropUnlessKept();
        synchronized (this) {
            while (told.size() <= at && last == null) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (leftMs <= 0) {
                    return new Next(at, List.of(), null);
                }
                wait(leftMs);
            }
            List<byte[]> frames = new ArrayList<>();
            int to = at;
            for (int bytes = 0; to < told.size() && to - at < AT_ONCE && bytes < AT_ONCE_BYTES; to++) {
                Told each = told.get(to);
                if (resumed.lacks(each.topic(), each.offset()) && wanted.wants(each.kind(), each.fromMs(), each.atMs())) {
                    frames.add(each.frame());
                    bytes += each.frame().length;
                }
            }
            return new Next(to, frames, last != null && to >= told.size() ? last.frame() : null);
        }
    }
}
