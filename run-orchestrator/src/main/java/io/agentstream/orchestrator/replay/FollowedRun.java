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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One reading of a run's log, from the beginning and then live, for whoever follows it: however many they are, it is read once, and each
/// entry is written once. What was told is kept for those who come later, [#MAX_BYTES] of it: a call that tells more can be followed no
/// further. One thread reads; any asks.
final class FollowedRun {

    /// Some hours of a lively call. What is told holds what callers say and tools answer, so that it is bounded by its size.
    static final int MAX_BYTES = 12 << 20;

    /// Of what is told to one at a time: what waits to be sent to him is bounded, and he is not to be cut off for what others say.
    private static final int AT_ONCE = 200;
    private static final int AT_ONCE_BYTES = 256 << 10;

    private static final Logger log = LoggerFactory.getLogger(FollowedRun.class);
    private static final long LOOK_MS = 200;

    /// Decisions, and what the conversation tells at its end, come soon behind the close.
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(3);

    /// Nobody follows for so long: then nobody reads.
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);

    private final Callable<CallReading> opening;
    private final boolean goesOn;
    private final Semaphore catchingUp;
    private final Runnable whenOver;
    private final TimelineReading timeline;
    private final Thread thread;

    // Guarded by this.
    private final List<Told> told = new ArrayList<>();
    private long toldBytes;
    private TimelineMark mark = TimelineMark.NONE;
    private int followers;
    private long idleSinceNs = System.nanoTime();
    private byte @Nullable [] last;

    /// An entry as it is sent.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Told(Placed placed, byte[] frame) {}

    /// @param opening reads on behind the end where the run goes on
    /// @param goesOn whether it does
    /// @param catchingUp has a permit for each run whose past is read at a time; they take turns
    /// @param whenOver called once, by the thread that reads
    FollowedRun(CallId callId, Callable<CallReading> opening, boolean goesOn, Semaphore catchingUp, Runnable whenOver) {
        this.opening = opening;
        this.goesOn = goesOn;
        this.catchingUp = catchingUp;
        this.whenOver = whenOver;
        this.timeline = new TimelineReading(callId, TimelineLimits.DEFAULT, this::tell);
        this.thread = Thread.ofPlatform().name("orchestrator-follow-log").daemon().unstarted(this::read);
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
        byte[] end = ended("unreadable");
        try (CallReading reading = caughtUp()) {
            long newsNs = System.nanoTime();
            while (!isFull() && goesOn && !(timeline.isOver() && System.nanoTime() - newsNs > QUIET_NS)) {
                if (isIdle(System.nanoTime())) {
                    end = ended("idle"); // whoever comes at this moment comes again
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                reading.lookAgain();
                newsNs = drain(reading) ? System.nanoTime() : newsNs;
            }
            if (isFull()) {
                end = ended("long");
                return;
            }
            timeline.end();
            end = frame("end", "{\"summary\":" + Json.MAPPER.writeValueAsString(TimelineJson.of(timeline.summary())) + "}");
        } catch (InterruptedException closing) {
            end = ended("draining");
        } catch (Exception failure) {
            log.atWarn().addKeyValue("failure", failure.getMessage()).log("a run cannot be followed");
        } finally {
            whenOver.run();
            finish(end);
        }
    }

    /// What was before is read as fast as it comes: by a few at a time, so that they leave room for the calls that this process decides on.
    private CallReading caughtUp() throws Exception {
        catchingUp.acquire();
        try {
            CallReading reading = opening.call();
            try {
                drain(reading);
                return reading;
            } catch (IOException | RuntimeException failure) {
                reading.close();
                throw failure;
            }
        } finally {
            catchingUp.release();
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
        return toldBytes >= MAX_BYTES;
    }

    private synchronized boolean isIdle(long nowNs) {
        return followers == 0 && nowNs - idleSinceNs > IDLE_NS;
    }

    private synchronized void tell(Placed placed) {
        boolean isOfRecord = placed.offset() != Long.MAX_VALUE;
        TimelineMark with = isOfRecord ? mark.with(placed.topic(), placed.offset()) : mark;
        mark = placed.isLast() ? with : mark;
        String json = Json.MAPPER.writeValueAsString(TimelineJson.of(placed.entry()));
        byte[] frame = ("id: " + mark.text() + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
        told.add(new Told(placed, frame));
        toldBytes += frame.length;
        notifyAll();
    }

    private synchronized void finish(byte[] end) {
        last = end;
        notifyAll();
    }

    private static byte[] ended(String reason) {
        return frame("end", "{\"reason\":\"" + reason + "\"}");
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

    /// The next entries for somebody, some or about [#AT_ONCE_BYTES] of them; waits for one for a while.
    ///
    /// @param resumed how far he had come before
    Next next(int at, TimelineMark resumed, Predicate<TimelineEntry> wanted, long waitMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
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
                if (resumed.lacks(each.placed().topic(), each.placed().offset()) && wanted.test(each.placed().entry())) {
                    frames.add(each.frame());
                    bytes += each.frame().length;
                }
            }
            return new Next(to, frames, to == told.size() ? last : null);
        }
    }
}
