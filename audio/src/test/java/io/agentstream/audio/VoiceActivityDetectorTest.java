package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.agentstream.audio.SpeechEvent.Started;
import io.agentstream.audio.SpeechEvent.Stopped;
import io.agentstream.audio.voice.FreeTtsVoice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Everything holds for both detectors, unless it says otherwise.
final class VoiceActivityDetectorTest {

    enum Kind {
        NATIVE, SIMPLE;

        VoiceActivityDetector open() {
            if (this == SIMPLE) {
                return VoiceActivityDetector.openSimple();
            }
            assumeTrue(WebRtcLibrary.INSTANCE != null, "the native library does not run here");
            return VoiceActivityDetector.open();
        }
    }

    private static short[] sentence;

    @BeforeAll
    static void speak() {
        sentence = MuLaw.decode(new FreeTtsVoice().speak("Welcome to the demo. Press one, or say what you need."));
    }

    @Test
    void runsTheNativeLibraryWhereItIsMeantTo() throws IOException {
        String os = System.getProperty("os.name");
        assumeTrue(os.equals("Linux") && System.getProperty("os.arch").equals("amd64"));

        assertInstanceOf(WebRtcDetector.class, WebRtcDetector.open(new short[160]).orElseThrow());
    }

    @Test
    void knowsThePlatformsThatTheLibraryIsMadeFor() throws IOException {
        assertEquals("/debian-amd64/liblibfvad-jni.so", WebRtcLibrary.resource("Linux", "amd64"));
        assertEquals("/debian-arm64/liblibfvad-jni.so", WebRtcLibrary.resource("Linux", "aarch64"));
        assertEquals("/macos-arm64/liblibfvad-jni.dylib", WebRtcLibrary.resource("Mac OS X", "aarch64"));
        assertThrows(IOException.class, () -> WebRtcLibrary.resource("Windows 11", "amd64"));
        assertThrows(IOException.class, () -> WebRtcLibrary.resource("Linux", "riscv64"));
    }

    @ParameterizedTest
    @EnumSource
    void hearsNothingInSilence(Kind kind) {
        assertEquals(0, voicedFrames(kind, new short[16_000]).cardinality());
        assertEquals(List.of(), segments(kind, new short[16_000]));
    }

    @ParameterizedTest
    @EnumSource
    void takesLineNoiseForNoSpeech(Kind kind) {
        for (double amplitude : new double[] {4, 15, 50, 100, 300, 1_000}) {
            assertEquals(List.of(), segments(kind, Tones.noise(7, amplitude, 40_000)), "noise of " + amplitude);
        }
        assertEquals(List.of(), segments(kind, Tones.sine(8_000, 50, 300, 40_000)), "hum");
    }

    @ParameterizedTest
    @EnumSource
    void takesAClickForNoSpeech(Kind kind) {
        short[] line = Tones.noise(1, 10, 16_000);
        System.arraycopy(Tones.noise(2, 8_000, 320), 0, line, 8_000, 320);
        line[4_000] = 30_000;

        assertEquals(List.of(), segments(kind, line));
    }

    @ParameterizedTest
    @EnumSource
    void findsASentenceOnceAndWhereItIs(Kind kind) {
        short[] call = placed(1_000, sentence, 1_000);

        List<SpeechEvent> events = segments(kind, call);

        assertEquals(2, events.size(), events.toString());
        assertNear(1_000, assertInstanceOf(Started.class, events.getFirst()).atMs(), 200);
        assertNear(1_000 + sentence.length / 8, assertInstanceOf(Stopped.class, events.getLast()).atMs(), 200);
    }

    @ParameterizedTest
    @EnumSource
    void findsAQuietSentenceOnANoisyLine(Kind kind) {
        short[] call = placed(1_000, sentence, 1_000);
        short[] noise = Tones.noise(3, 20, call.length);
        for (int i = 0; i < call.length; i++) {
            call[i] = (short) (call[i] / 6 + noise[i]);
        }

        List<SpeechEvent> events = segments(kind, call);

        assertEquals(2, events.size(), events.toString());
        assertInstanceOf(Started.class, events.getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void saysTheSameHoweverTheAudioIsCut(Kind kind) {
        byte[] muLaw = MuLaw.encode(placed(200, sentence, 205));
        BitSet whole = new BitSet();
        BitSet pieces = new BitSet();
        List<Long> ends = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(5);

        try (VoiceActivityDetector one = kind.open(); VoiceActivityDetector other = kind.open()) {
            one.hear(muLaw, 0, muLaw.length, 0, (speech, endMs) -> whole.set((int) (endMs / 20), speech));
            for (int at = 0; at < muLaw.length;) {
                int length = Math.min(muLaw.length - at, random.nextInt(500));
                other.hear(muLaw, at, length, at / 8, (speech, endMs) -> {
                    pieces.set(ends.size() + 1, speech);
                    ends.add(endMs);
                });
                at += length;
            }
        }

        assertEquals(whole, pieces);
        assertEquals(muLaw.length / 160, ends.size());
        for (int i = 0; i < ends.size(); i++) {
            // A piece may begin inside a millisecond, and times are whole ones.
            assertNear((i + 1) * 20L, ends.get(i), 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void forgetsOnReset(Kind kind) {
        byte[] muLaw = MuLaw.encode(placed(0, sentence, 0));
        try (VoiceActivityDetector detector = kind.open()) {
            BitSet before = new BitSet();
            BitSet after = new BitSet();
            detector.hear(muLaw, 0, muLaw.length, 0, (speech, endMs) -> before.set((int) endMs, speech));
            detector.hear(muLaw, 0, 77, 0, (speech, endMs) -> { });

            detector.reset();
            detector.hear(muLaw, 0, muLaw.length, 0, (speech, endMs) -> after.set((int) endMs, speech));

            assertEquals(before, after);
        }
    }

    @Test
    void closesOnceAndRefusesToListenAfterwards() {
        VoiceActivityDetector detector = Kind.NATIVE.open();
        detector.close();

        assertDoesNotThrow(detector::close);
        assertThrows(IllegalStateException.class,
                () -> detector.hear(new byte[160], 0, 160, 0, (speech, endMs) -> { }));
        assertThrows(IllegalStateException.class, detector::reset);
    }

    @Test
    void doesNotMixUpCallsOnDifferentThreads() throws Exception {
        short[] call = placed(500, sentence, 500);
        BitSet expected = voicedFrames(Kind.NATIVE, call);
        Callable<Boolean> manyCalls = () -> {
            boolean same = true;
            for (int i = 0; i < 40; i++) {
                same &= voicedFrames(Kind.NATIVE, call).equals(expected);
            }
            return same;
        };

        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var result : threads.invokeAll(List.of(manyCalls, manyCalls, manyCalls, manyCalls))) {
                assertTrue(result.get());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesNoObjectPerFrame(Kind kind) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] muLaw = MuLaw.encode(placed(0, sentence, 0));
        int[] frames = new int[1];
        VoiceActivityDetector.Listener listener = (speech, endMs) -> frames[0]++;
        try (VoiceActivityDetector detector = kind.open()) {
            for (int warmUp = 0; warmUp < 100; warmUp++) {
                detector.hear(muLaw, 0, muLaw.length, 0, listener);
            }
            frames[0] = 0;
            long before = threads.getCurrentThreadAllocatedBytes();

            for (int round = 0; round < 100; round++) {
                detector.hear(muLaw, 0, muLaw.length, 0, listener);
            }

            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < frames[0], allocated + " bytes for " + frames[0] + " frames");
        }
    }

    private static void assertNear(long expectedMs, long actualMs, long toleranceMs) {
        assertTrue(Math.abs(expectedMs - actualMs) <= toleranceMs, actualMs + " is not about " + expectedMs);
    }

    private static BitSet voicedFrames(Kind kind, short[] call) {
        byte[] muLaw = MuLaw.encode(call);
        BitSet voiced = new BitSet();
        try (VoiceActivityDetector detector = kind.open()) {
            detector.hear(muLaw, 0, muLaw.length, 0, (speech, endMs) -> voiced.set((int) endMs / 20, speech));
        }
        return voiced;
    }

    private static List<SpeechEvent> segments(Kind kind, short[] call) {
        SpeechSegmenter segmenter = new SpeechSegmenter(SpeechSegmenter.Parameters.DEFAULT);
        List<SpeechEvent> events = new ArrayList<>();
        byte[] muLaw = MuLaw.encode(call);
        SpeechSegmenter.State[] state = {SpeechSegmenter.State.SILENT};
        try (VoiceActivityDetector detector = kind.open()) {
            detector.hear(muLaw, 0, muLaw.length, 0, (speech, endMs) -> {
                state[0] = segmenter.step(state[0], speech, endMs);
                if (!state[0].event().equals(SpeechEvent.NONE)) {
                    events.add(state[0].event());
                }
            });
        }
        return events;
    }

    private static short[] placed(int silenceBeforeMs, short[] speech, int silenceAfterMs) {
        short[] call = new short[8 * silenceBeforeMs + speech.length + 8 * silenceAfterMs];
        System.arraycopy(speech, 0, call, 8 * silenceBeforeMs, speech.length);
        return call;
    }
}
