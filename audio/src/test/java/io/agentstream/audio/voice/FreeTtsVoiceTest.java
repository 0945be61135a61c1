package io.agentstream.audio.voice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.Pcm;
import io.agentstream.audio.SpeechEvent;
import io.agentstream.audio.SpeechSegmenter;
import io.agentstream.audio.Tones;
import io.agentstream.audio.VoiceActivityDetector;
import io.agentstream.audio.Wav;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FreeTtsVoiceTest {

    private static final String SENTENCE = "Welcome to the demo. Press one for the weather, or say what you need.";

    private static final FreeTtsVoice VOICE = new FreeTtsVoice();

    @TempDir
    Path directory;

    @Test
    void speaksASentenceThatATelephoneCanCarry() throws Exception {
        // when
        Path file = directory.resolve("sentence.wav");
        Wav.writeMuLaw(file, VOICE.speak(SENTENCE));
        Pcm speech = Wav.read(file);

        // then it is as long as such a sentence is, as loud as it should be, and not clipped
        assertEquals(8_000, speech.sampleRateHz());
        assertTrue(speech.durationMs() > 3_000 && speech.durationMs() < 6_000, speech.toString());
        assertEquals(-16, 20 * Math.log10(Mastering.speechRms(speech.samples()) / 32_768), 0.7);
        for (short sample : speech.samples()) {
            assertTrue(Math.abs(sample) < 32_000);
        }

        // and begins at once, and does not end abruptly
        assertTrue(Tones.rmsDbfs(speech.samples(), 0, 800) > -40);
        assertTrue(Tones.rmsDbfs(speech.samples(), speech.samples().length - 800, speech.samples().length) < -50);
    }

    @Test
    void whatIsNotWantedAnyMoreWhenItsTurnComesIsNotSpoken() {
        AtomicInteger asked = new AtomicInteger();

        byte[] speech = VOICE.speak(SENTENCE, () -> asked.getAndIncrement() == 0);

        assertEquals(0, speech.length);
        assertEquals(2, asked.get());
    }

    @Test
    void whoComesWhileTooManyWaitIsToldSo() throws InterruptedException {
        // given somebody who has the voice, and as many as may wait
        FreeTtsVoice voice = new FreeTtsVoice();
        CountDownLatch speaking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofVirtual().start(() -> voice.speak("One.", () -> asked.getAndIncrement() == 0 || held(speaking, go))));
        speaking.await();
        for (int n = 0; n < FreeTtsVoice.MAX_WAITING; n++) {
            threads.add(Thread.ofVirtual().start(() -> voice.speak("Two.", () -> go.getCount() > 0)));
        }
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (voice.waiting() < FreeTtsVoice.MAX_WAITING && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }

        // when
        assertThrows(VoiceException.class, () -> voice.speak("Three."));

        // then
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(voice.speak("Four.").length > 0);
    }

    /// Not wanted any more, but known late.
    private static boolean held(CountDownLatch speaking, CountDownLatch go) {
        speaking.countDown();
        try {
            go.await();
        } catch (InterruptedException unwanted) {
            throw new IllegalStateException(unwanted);
        }
        return false;
    }

    @Test
    void isHeardAsSpeechThatBeginsOnceAndEndsOnce() {
        byte[] speech = VOICE.speak(SENTENCE);
        byte[] call = new byte[speech.length + 2 * 8_000];
        Arrays.fill(call, MuLaw.SILENCE);
        System.arraycopy(speech, 0, call, 8_000, speech.length);

        List<SpeechEvent> events = new ArrayList<>();
        int[] voiced = new int[1];
        SpeechSegmenter segmenter = new SpeechSegmenter(SpeechSegmenter.Parameters.DEFAULT);
        SpeechSegmenter.State[] state = {SpeechSegmenter.State.SILENT};
        try (VoiceActivityDetector detector = VoiceActivityDetector.open()) {
            detector.hear(call, 0, call.length, 0, (frame, endMs) -> {
                voiced[0] += frame ? 1 : 0;
                state[0] = segmenter.step(state[0], frame, endMs);
                if (!state[0].event().equals(SpeechEvent.NONE)) {
                    events.add(state[0].event());
                }
            });
        }

        assertTrue(voiced[0] * 160 > speech.length * 2 / 3, voiced[0] + " voiced frames");
        assertEquals(2, events.size(), events.toString());
        assertInstanceOf(SpeechEvent.Started.class, events.getFirst());
        assertInstanceOf(SpeechEvent.Stopped.class, events.getLast());
    }

    @Test
    void saysTheSameTextTheSameWayFromAnyThread() throws Exception {
        byte[] expected = VOICE.speak(SENTENCE);
        Callable<byte[]> again = () -> VOICE.speak(SENTENCE);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<byte[]> result : threads.invokeAll(List.of(again, again, again, again, again, again))) {
                assertArrayEquals(expected, result.get());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "...", "\u041f\u0440\u0438\u0432\u0435\u0442", "\ud83d\ude00", "\ud83d", "\u0000", "'", "-", "(\")"})
    void isSilentWhereThereIsNoWord(String text) {
        assertTrue(VOICE.speak(text).length < 8_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Caf\u00e9 \ud83d\ude00 cr\u00e8me", "100% of 3.14159 & $5.20 @ 10:30", "xkcd bcdfghjkl", "A", "1", "#", "don't",
        "Yk yb yz yg", "e.g. the U.S.A., Dr. Who's 3rd, on 5/6/2024", "a\tb\nc"
    })
    void findsSomethingToSay(String text) {
        assertTrue(VOICE.speak(text).length > 800);
    }

    @Test
    void speaksEveryCharacterThereIs() {
        for (int block = 0; block < 0x10000; block += 1_000) {
            StringBuilder text = new StringBuilder();
            for (int c = block; c < Math.min(block + 1_000, 0x10000); c++) {
                text.append((char) c).append(c % 7 == 0 ? " " : "");
            }

            byte[] audio = VOICE.speak(text.toString());

            assertTrue(audio.length <= 600 * 8_000, "a thousand characters last no ten minutes");
            if (block == 0) {
                assertTrue(audio.length > 10 * 8_000, "the letters of the alphabet are heard");
            }
        }
    }

    @Test
    void speaksTheLongestTextAndRefusesALongerOne() {
        String longest = "Twenty-one words. ".repeat(200).substring(0, Voice.MAX_TEXT_CHARS);

        assertTrue(VOICE.speak(longest).length > 60 * 8_000);
        assertTrue(VOICE.speak("x".repeat(Voice.MAX_TEXT_CHARS)).length <= 300 * 8_000);
        assertThrows(IllegalArgumentException.class, () -> VOICE.speak(longest + "x"));
    }

    @Test
    void leavesTheConsoleAlone() {
        // given texts that FreeTTS complains about when left to itself
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        PrintStream watched = new PrintStream(written, true, StandardCharsets.UTF_8);

        System.setOut(watched);
        System.setErr(watched);
        try {
            new FreeTtsVoice().speak("Ayk yb cyz dyg fyd gyf: yjh, ys, ych.");
        } finally {
            System.setOut(out);
            System.setErr(err);
        }

        assertEquals("", written.toString(StandardCharsets.UTF_8));
    }
}
