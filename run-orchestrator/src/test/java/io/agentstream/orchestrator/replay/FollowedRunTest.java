package io.agentstream.orchestrator.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.calllog.timeline.ToldCall;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One reading for all who follow a run.
final class FollowedRunTest {

    private static final long WAIT_MS = 10_000;

    private final ToldCall call = new ToldCall();

    private final CatchingUp catchingUp = new CatchingUp();
    private final ToldBytes budget = new ToldBytes();
    private final List<FollowedRun> begun = new ArrayList<>();
    private final AtomicBoolean kept = new AtomicBoolean(true);

    @AfterEach
    void stop() {
        begun.forEach(FollowedRun::stop);
    }

    private FollowedRun follow(boolean goesOn) {
        return follow(1, _ -> CallReading.open(call.log, CallReading.ALL, null), goesOn, () -> {});
    }

    private FollowedRun follow(long owner, FollowedRun.Opening opening, boolean goesOn, Runnable whenFree) {
        FollowedRun run = new FollowedRun(ToldCall.CALL, opening, goesOn, owner, catchingUp, budget, kept::get, whenFree);
        begun.add(run);
        assertTrue(run.enter());
        run.start();
        return run;
    }

    /// Brings frames without end, of which there is little to tell, or finds nothing without end.
    private FollowedRun.Opening longPast(CountDownLatch began, boolean brings) {
        return isGivenUp -> CallReading.open(topic -> new CallSource.Records() {
            private long offset;

            @Override
            public @Nullable LogRecord next() throws IOException {
                began.countDown();
                while (!brings && !isGivenUp.getAsBoolean()) {
                    Thread.onSpinWait();
                }
                if (isGivenUp.getAsBoolean()) {
                    throw new IOException("nobody waits any more");
                }
                offset++;
                byte[] frame = Topics.CALL_MEDIA.codec().encode(new MediaFrame.Audio(
                        ToldCall.CALL, offset, RecordedCall.START_MS + offset * 20, offset * 20, Slice.of(new byte[160])));
                return new LogRecord(topic, 0, offset, RecordedCall.START_MS + offset * 20, Slice.of(frame));
            }

            @Override
            public Optional<String> deleted() {
                return Optional.empty();
            }

            @Override
            public void close() {
                // it holds nothing
            }
        }, List.of(Topics.CALL_MEDIA), null);
    }

    private void says(int number, int chars) {
        call.tell(
                after -> new ConversationEvent.Said(
                        ToldCall.CALL, 1_000 + number, after, ToldCall.at(2_000 + number), 1, "x".repeat(chars), 100, true, 1),
                2_000 + number);
    }

    private static FollowedRun.Next next(FollowedRun run, int at) throws InterruptedException {
        return run.next(at, TimelineMark.NONE, (_, _, _) -> true, WAIT_MS);
    }

    @Test
    void allWhoFollowAreGivenTheSameBytes() throws Exception {
        // given
        call.begin();
        call.end(6_000);
        FollowedRun run = follow(false);

        // when
        List<byte[]> one = next(run, 0).frames();
        List<byte[]> other = next(run, 0).frames();

        // then
        assertTrue(!one.isEmpty());
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            assertSame(one.get(i), other.get(i), "entry " + i + " was written twice");
        }
    }

    @Test
    void ofARunThatIsErasedNobodyIsToldAnyMoreThoughSomebodyFollowsIt() throws Exception {
        // given a run that was read to its end, and somebody who stays
        call.begin();
        call.end(6_000);
        FollowedRun run = follow(false);
        FollowedRun.Next next = next(run, 0);
        while (next.end() == null) {
            next = next(run, next.at());
        }

        // when
        kept.set(false);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        FollowedRun.Next again = next(run, 0);
        while (!again.frames().isEmpty() && System.nanoTime() < deadlineNs) {
            again = next(run, 0);
        }

        // then
        assertEquals(List.of(), again.frames());
        assertTrue(end(again).contains("unreadable"), end(again));
        assertFalse(run.enter(), "and whoever comes now has it read anew");
    }

    @Test
    void aCallThatTellsMoreThanIsKeptIsFollowedNoFurther() throws Exception {
        // given a call that goes on, with twice as many words as are kept
        call.begin();
        for (int i = 0; i < ToldBytes.OF_ONE / 50_000; i++) {
            says(i, 100_000);
        }
        FollowedRun run = follow(true);

        // when
        long bytes = 0;
        FollowedRun.Next next = next(run, 0);
        while (next.end() == null) {
            bytes += next.frames().stream().mapToLong(frame -> frame.length).sum();
            next = next(run, next.at());
        }

        // then
        assertTrue(end(next).endsWith("event: end\ndata: {\"reason\":\"long\"}\n\n"), end(next));
        assertTrue(bytes < ToldBytes.OF_ONE + (4 << 20), bytes + " bytes were kept");
    }

    @Test
    void nobodyIsGivenMoreAtOnceThanMayWaitToBeSent() throws Exception {
        // given a hundred long answers of a tool, say
        call.begin();
        for (int i = 0; i < 100; i++) {
            says(i, 20_000);
        }
        call.end(6_000);
        FollowedRun run = follow(false);
        all(run); // and now all of it is there to be given

        // when
        long most = 0;
        FollowedRun.Next next = next(run, 0);
        while (next.end() == null) {
            most = Math.max(most, next.frames().stream().mapToLong(frame -> frame.length).sum());
            next = next(run, next.at());
        }

        // then
        assertTrue(most > 100_000 && most < (512 << 10), most + " bytes at once");
    }

    private static String end(FollowedRun.Next next) {
        return new String(Objects.requireNonNull(next.end()), StandardCharsets.UTF_8);
    }

    /// What a follower is told who takes all of it.
    private static List<byte[]> all(FollowedRun run) throws InterruptedException {
        List<byte[]> frames = new ArrayList<>();
        FollowedRun.Next next = next(run, 0);
        while (next.end() == null) {
            frames.addAll(next.frames());
            next = next(run, next.at());
        }
        frames.addAll(next.frames());
        return frames;
    }

    @Test
    void allRunsTogetherKeepNoMoreThanTheBudgetAndEachItsShare() throws Exception {
        // given runs that would keep five times as much as all may
        call.begin();
        for (int i = 0; i < 100; i++) {
            says(i, 100_000);
        }
        List<FollowedRun> runs = new ArrayList<>();

        // when
        List<Long> bytes = new ArrayList<>();
        for (int run = 0; run < FollowedRuns.MAX; run++) {
            runs.add(follow(run, _ -> CallReading.open(call.log, CallReading.ALL, null), false, () -> {}));
            bytes.add(all(runs.getLast()).stream().mapToLong(frame -> frame.length).sum());
        }

        // then
        assertTrue(budget.kept() < 2 * ToldBytes.ALL, budget.kept() + " bytes are kept");
        assertTrue(bytes.getFirst() > 9_000_000, "the first has room: " + bytes);
        assertTrue(bytes.stream().allMatch(each -> each >= ToldBytes.SHARE), "each has its share: " + bytes);

        // when nobody follows them any more
        runs.forEach(FollowedRun::leave);

        // then
        until("nothing is kept", () -> budget.kept() == 0);
    }

    @Test
    void aRunThatIsOverIsKeptForThoseWhoFollowItAndIsNotReadAgain() throws Exception {
        // given
        call.begin();
        call.end(6_000);
        AtomicInteger freed = new AtomicInteger();
        FollowedRun run = follow(1, _ -> CallReading.open(call.log, CallReading.ALL, null), false, freed::incrementAndGet);
        List<byte[]> first = all(run);

        // when another comes, and both go
        assertTrue(run.enter());
        List<byte[]> second = all(run);
        run.leave();
        assertEquals(0, freed.get());
        run.leave();

        // then
        assertEquals(first.size(), second.size());
        until("it is free", () -> freed.get() == 1);
        assertFalse(run.enter());
    }

    @Test
    void aPastThatNobodyWaitsForIsNotReadToItsEnd() throws Exception {
        for (boolean brings : new boolean[] {true, false}) {
            // given a run whose past has no end
            CountDownLatch began = new CountDownLatch(1);
            AtomicInteger freed = new AtomicInteger();
            FollowedRun run = follow(1, longPast(began, brings), true, freed::incrementAndGet);
            assertTrue(began.await(10, TimeUnit.SECONDS));

            // when
            run.leave();

            // then
            until("it is given up", () -> freed.get() == 1);
        }
    }

    @Test
    void whoeverFollowsHearsAtOnceThatAProcessEndsWhateverIsBeingRead() throws Exception {
        // given
        CountDownLatch began = new CountDownLatch(1);
        FollowedRun run = follow(1, longPast(began, false), true, () -> {});
        assertTrue(began.await(10, TimeUnit.SECONDS));

        // when
        run.stop();

        // then
        assertEquals("event: end\ndata: {\"reason\":\"draining\"}\n\n", end(next(run, 0)));
        assertFalse(run.enter());
    }

    @Test
    void oneOrganisationsLongPastsLeaveTurnsToOthers() throws Exception {
        // given four runs of one organisation whose past has no end
        CountDownLatch began = new CountDownLatch(1);
        for (int i = 0; i < FollowedRuns.OF_ONE; i++) {
            follow(1, longPast(began, false), true, () -> {});
        }
        assertTrue(began.await(10, TimeUnit.SECONDS));
        call.begin();

        // when
        FollowedRun other = follow(2, _ -> CallReading.open(call.log, CallReading.ALL, null), true, () -> {});

        // then
        assertFalse(next(other, 0).frames().isEmpty(), "the other waits for the four");
    }

    @Test
    void whoeverReadsALongPastLeavesTurnsToThoseWhoWait() throws Exception {
        // given as many organisations as may, with runs whose past has no end
        CountDownLatch began = new CountDownLatch(CatchingUp.AT_ONCE);
        for (long owner = 1; owner <= CatchingUp.AT_ONCE; owner++) {
            follow(owner, longPast(began, true), true, () -> {});
        }
        assertTrue(began.await(10, TimeUnit.SECONDS));
        call.begin();

        // when
        FollowedRun other = follow(7, _ -> CallReading.open(call.log, CallReading.ALL, null), true, () -> {});

        // then
        assertFalse(next(other, 0).frames().isEmpty(), "the other waits for the end of long pasts");
    }

    private static void until(String what, BooleanSupplier is) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!is.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, what + ": not within 20 s");
            Thread.onSpinWait();
        }
    }
}
