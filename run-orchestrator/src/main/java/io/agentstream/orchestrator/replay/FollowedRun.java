package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import io.agentstream.calllog.timeline.TimelineReading.Placed;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One reading of a run's log, from the beginning and then live, for whoever follows it: however many they are, it is read once. What was
/// told is kept for those who come later, [#MAX_ENTRIES] of it. One thread reads; any asks.
final class FollowedRun {

    static final int MAX_ENTRIES = 20_000;

    private static final Logger log = LoggerFactory.getLogger(FollowedRun.class);
    private static final long LOOK_MS = 200;

    /// Decisions, and what the conversation tells at its end, come soon behind the close.
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(3);

    /// Nobody follows for so long: then nobody reads.
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);

    private final Callable<CallReading> opening;
    private final boolean goesOn;
    private final Runnable whenOver;
    private final TimelineReading timeline;
    private final Thread thread;

    // Guarded by this.
    private final List<Told> told = new ArrayList<>();
    private TimelineMark mark = TimelineMark.NONE;
    private int followers;
    private long idleSinceNs = System.nanoTime();
    private byte @Nullable [] last;

    /// An entry as it is sent.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Told(Placed placed, byte[] frame) {}

    /// @param opening reads on behind the end where the run goes on
    /// @param goesOn whether it does
    /// @param whenOver called once, by the thread that reads
    FollowedRun(CallId callId, Callable<CallReading> opening, boolean goesOn, Runnable whenOver) {
        this.opening = opening;
        this.goesOn = goesOn;
        this.whenOver = whenOver;
        this.timeline = new TimelineReading(callId, TimelineLimits.DEFAULT, this::tell);
        this.thread = Thread.ofPlatform().name("orchestrator-follow").daemon().unstarted(this::read);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    synchronized void enter() {
        followers++;
    }

    synchronized void leave() {
        followers--;
        idleSinceNs = System.nanoTime();
    }

    private void read() {
        byte[] end = frame("end", "{\"reason\":\"unreadable\"}");
        try (CallReading reading = opening.call()) {
            long newsNs = System.nanoTime();
            while (true) {
                newsNs = drain(reading) ? System.nanoTime() : newsNs;
                long nowNs = System.nanoTime();
                if (isFull() || !goesOn || (timeline.isOver() && nowNs - newsNs > QUIET_NS)) {
                    break;
                }
                if (isIdle(nowNs)) {
                    end = frame("end", "{\"reason\":\"idle\"}"); // whoever comes at this moment comes again
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                reading.lookAgain();
            }
            timeline.end();
            end = frame("end", "{\"summary\":" + Json.MAPPER.writeValueAsString(TimelineJson.of(timeline.summary())) + "}");
        } catch (InterruptedException closing) {
            end = frame("end", "{\"reason\":\"draining\"}");
        } catch (Exception failure) {
            log.atWarn().addKeyValue("failure", failure.getMessage()).log("a run cannot be followed");
        } finally {
            whenOver.run();
            finish(end);
        }
    }

    private boolean drain(CallReading reading) throws IOException {
        boolean any = false;
        for (CallEntry entry = reading.next(); entry != null && !isFull(); entry = reading.next()) {
            timeline.take(entry);
            any = true;
        }
        return any;
    }

    private synchronized boolean isFull() {
        return told.size() >= MAX_ENTRIES;
    }

    private synchronized boolean isIdle(long nowNs) {
        return followers == 0 && nowNs - idleSinceNs > IDLE_NS;
    }

    private synchronized void tell(Placed placed) {
        boolean isOfRecord = placed.offset() != Long.MAX_VALUE;
        TimelineMark with = isOfRecord ? mark.with(placed.topic(), placed.offset()) : mark;
        mark = placed.isLast() ? with : mark;
        String json = Json.MAPPER.writeValueAsString(TimelineJson.of(placed.entry()));
        told.add(new Told(placed, ("id: " + mark.text() + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8)));
        notifyAll();
    }

    private synchronized void finish(byte[] end) {
        last = end;
        notifyAll();
    }

    private static byte[] frame(String event, String json) {
        return ("event: " + event + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /// What follows for somebody.
    ///
    /// @param at how many of the entries he was given, or passed over
    /// @param frames to send, which may be none
    /// @param end what the stream ends with; null where it goes on
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Next(int at, List<byte[]> frames, byte @Nullable [] end) {}

    /// The next entries for somebody, at most `limit`; waits for one for a while.
    ///
    /// @param resumed how far he had come before
    Next next(int at, TimelineMark resumed, Predicate<TimelineEntry> wanted, int limit, long waitMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        synchronized (this) {
            while (told.size() <= at && last == null) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (leftMs <= 0) {
                    return new Next(at, List.of(), null);
                }
                wait(leftMs);
            }
            int to = Math.min(told.size(), at + limit);
            List<byte[]> frames = told.subList(Math.min(at, to), to).stream()
                    .filter(each -> resumed.lacks(each.placed().topic(), each.placed().offset()) && wanted.test(each.placed().entry()))
                    .map(Told::frame)
                    .toList();
            return new Next(to, frames, to == told.size() ? last : null);
        }
    }
}
