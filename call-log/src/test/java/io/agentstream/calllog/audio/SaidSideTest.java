package io.agentstream.calllog.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the caller's frames are put, whatever a stranger sends.
final class SaidSideTest {

    private static final CallId CALL = CallId.of(RecordedCall.START_MS, 1, 2);

    private static MediaFrame.Audio frame(long seq, long atMs, long timestampMs) {
        return new MediaFrame.Audio(CALL, seq, RecordedCall.START_MS + atMs, timestampMs, Slice.of(new byte[160]));
    }

    /// Of the first frame and all that came after it, how soon the soonest came for what it says of itself; of those that a clock which
    /// jumped makes sooner by more than a window, none.
    private static long soonestUs(List<MediaFrame.Audio> frames) {
        long offUs = offUs(frames.getFirst());
        return frames.stream().mapToLong(SaidSideTest::offUs).filter(each -> offUs - each <= SaidSide.WINDOW_US).min().orElseThrow();
    }

    private static long offUs(MediaFrame.Audio frame) {
        return (frame.atMs() - frame.timestampMs()) * 1_000;
    }

    @Test
    void framesAsLargeAsTheyMayBeAreNotHeldByTheGigabyte() {
        SaidSide side = new SaidSide();
        Slice large = Slice.of(new byte[1 << 16]);
        long held = 0;

        for (int i = 0; i < 10_000; i++) {
            side.heard(new MediaFrame.Audio(CALL, i + 1, RecordedCall.START_MS, i, large));
            held += large.length();
            while (side.next(RecordedCall.START_MS * 1_000) != null) {
                held -= large.length();
            }
            assertTrue(held <= SaidSide.MOST_BYTES + large.length(), held + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theFirstFrameOfAStreamIsHeldToTheSoonestOfItsWindow(long seed) {
        // given a stream on an uneven network, whose clock jumps now and then
        Random random = new Random(seed);
        List<MediaFrame.Audio> frames = new ArrayList<>();
        long jumpMs = 0;
        for (int i = 0; i < 1_600; i++) {
            jumpMs += random.nextInt(300) == 0 ? random.nextInt(60_000) - 30_000 : 0;
            frames.add(frame(i + 1, i * 20L + random.nextInt(900), 100_000 + jumpMs + i * 20L));
        }

        for (int from = 0; from < 500; from += 97) {
            // when
            SaidSide side = new SaidSide();
            SaidSide.Placed placed = null;
            int until = from;
            long horizonUs = 0;
            while (placed == null) {
                horizonUs = Math.max(horizonUs, frames.get(until).atMs() * 1_000);
                side.heard(frames.get(until++));
                placed = side.next(horizonUs);
            }

            // then
            long streamUs = frames.get(from).timestampMs() * 1_000;
            assertEquals(soonestUs(frames.subList(from, until)), placed.atUs() - streamUs, "seed " + seed + ", from " + from);
        }
    }

    @Test
    void moreFramesThanAnybodyMaySendAreNotAllHeld() {
        // given a stream that says of all its frames that they came at once
        SaidSide side = new SaidSide();
        for (int i = 0; i <= SaidSide.MOST_WAITING; i++) {
            assertNull(side.next(RecordedCall.START_MS * 1_000));
            side.heard(frame(i + 1, 0, i));
        }

        // when, then
        assertNotNull(side.next(RecordedCall.START_MS * 1_000));
        assertNull(side.next(RecordedCall.START_MS * 1_000));
    }

    @Test
    void aClockThatJumpsWithEachFrameCostsLittle() {
        // given
        SaidSide side = new SaidSide();

        // when, then
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 100_000; i++) {
                side.heard(frame(i + 1, 0, i % 2 == 0 ? 0 : 100_000_000L + i));
                side.next(RecordedCall.START_MS * 1_000);
            }
        });
    }
}
