package io.agentstream.orchestrator.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.ToldCall;
import io.agentstream.schemas.ConversationEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/// One reading for all who follow a run.
final class FollowedRunTest {

    private static final long WAIT_MS = 10_000;

    private final ToldCall call = new ToldCall();

    private FollowedRun follow(boolean goesOn) {
        FollowedRun run = new FollowedRun(
                ToldCall.CALL, () -> CallReading.open(call.log, CallReading.ALL, null), goesOn, new Semaphore(1), () -> {});
        run.enter();
        run.start();
        return run;
    }

    private void says(int number, int chars) {
        call.tell(
                after -> new ConversationEvent.Said(
                        ToldCall.CALL, 1_000 + number, after, ToldCall.at(2_000 + number), 1, "x".repeat(chars), 100, true, 1),
                2_000 + number);
    }

    private static FollowedRun.Next next(FollowedRun run, int at) throws InterruptedException {
        return run.next(at, TimelineMark.NONE, _ -> true, WAIT_MS);
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
    void aCallThatTellsMoreThanIsKeptIsFollowedNoFurther() throws Exception {
        // given a call that goes on, with twice as many words as are kept
        call.begin();
        for (int i = 0; i < FollowedRun.MAX_BYTES / 50_000; i++) {
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
        assertEquals("event: end\ndata: {\"reason\":\"long\"}\n\n", new String(Objects.requireNonNull(next.end()), StandardCharsets.UTF_8));
        assertTrue(bytes < FollowedRun.MAX_BYTES + (4 << 20), bytes + " bytes were kept");
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
}
