package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.audio.SpeechEvent.Started;
import io.agentstream.audio.SpeechEvent.Stopped;
import io.agentstream.audio.SpeechSegmenter.Parameters;
import io.agentstream.audio.SpeechSegmenter.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames are written as one character for each 20 ms: `#` voiced, `.` not.
final class SpeechSegmenterTest {

    private static final Parameters PARAMETERS = new Parameters(20, 3, 5, 100, 200);

    private final SpeechSegmenter segmenter = new SpeechSegmenter(PARAMETERS);
    private final List<SpeechEvent> events = new ArrayList<>();
    private State state = State.SILENT;
    private long nowMs;

    @Test
    void startsWhereTheFirstVoicedFrameBegan() {
        hear("..####");
        assertEquals(List.of(), events);

        hear("#");

        assertEquals(List.of(new Started(40)), events);
    }

    @Test
    void stopsWhereTheLastVoicedFrameEnded() {
        hear("#####" + ".".repeat(9));
        assertEquals(1, events.size());

        hear(".");

        assertEquals(List.of(new Started(0), new Stopped(100)), events);
    }

    @Test
    void startsThoughSomeFramesAreNotVoiced() {
        hear("#.#.##.#");

        assertEquals(List.of(new Started(0)), events);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "##", "####", "#....#....#....#....#....#....", "####.....####.....####"})
    void takesClicksForWhatTheyAre(String frames) {
        hear(frames + ".".repeat(30));

        assertEquals(List.of(), events);
    }

    @Test
    void bridgesPausesBetweenWords() {
        hear("######" + ".".repeat(7) + "######" + ".".repeat(10));

        assertEquals(List.of(new Started(0), new Stopped(380)), events);
    }

    @Test
    void isNotKeptOpenByClicks() {
        hear("######" + "....#....#" + "....");

        assertEquals(List.of(new Started(0), new Stopped(120)), events);
    }

    @Test
    void startsAnewAfterEachStop() {
        hear("#####" + ".".repeat(12) + "#####" + ".".repeat(12));

        assertEquals(List.of(new Started(0), new Stopped(100), new Started(340), new Stopped(440)), events);
    }

    @Test
    void countsAudioThatNeverCameAsSilence() {
        hear("#####");
        nowMs += 5_000;
        hear("#####");

        assertEquals(List.of(new Started(0), new Stopped(100), new Started(5_100)), events);
    }

    @Test
    void doesNotAddUpFramesAcrossAGap() {
        hear("####");
        nowMs += 1_000;
        hear("####");

        assertEquals(List.of(), events);
    }

    @Test
    void makesNothingOverSilence() {
        hear("##" + ".".repeat(10));
        State before = state;

        hear(".");

        assertSame(before, state);
    }

    @Test
    void givesTheSameStepForTheSameInput() {
        hear("..####");

        assertEquals(segmenter.step(state, true, nowMs + 20), segmenter.step(state, true, nowMs + 20));
    }

    @Test
    void refusesParametersThatCannotWork() {
        assertThrows(IllegalArgumentException.class, () -> new Parameters(0, 3, 5, 100, 500));
        assertThrows(IllegalArgumentException.class, () -> new Parameters(20, 6, 5, 100, 500));
        assertThrows(IllegalArgumentException.class, () -> new Parameters(20, 3, 33, 100, 1_000));
        assertThrows(IllegalArgumentException.class, () -> new Parameters(20, 3, 5, -1, 500));
        assertThrows(IllegalArgumentException.class, () -> new Parameters(20, 3, 5, 100, 99));
    }

    private void hear(String frames) {
        for (int i = 0; i < frames.length(); i++) {
            nowMs += 20;
            state = segmenter.step(state, frames.charAt(i) == '#', nowMs);
            if (!state.event().equals(SpeechEvent.NONE)) {
                events.add(state.event());
            }
        }
    }
}
