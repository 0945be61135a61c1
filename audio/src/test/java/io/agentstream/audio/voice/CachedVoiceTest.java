package io.agentstream.audio.voice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CachedVoiceTest {

    private final List<String> synthesized = new CopyOnWriteArrayList<>();

    private final Voice thousandBytes = text -> {
        synthesized.add(text);
        byte[] audio = new byte[1_000];
        audio[0] = (byte) text.charAt(0);
        return audio;
    };

    @Test
    void synthesizesATextOnce() {
        CachedVoice voice = new CachedVoice(thousandBytes, 10_000);

        assertArrayEquals(voice.speak("a"), voice.speak("a"));

        assertEquals(List.of("a"), synthesized);
    }

    @Test
    void isNotSpoiledByACallerThatWritesIntoItsAudio() {
        CachedVoice voice = new CachedVoice(thousandBytes, 10_000);
        voice.speak("a")[0] = 99;
        voice.speak("a")[0] = 98;

        assertEquals('a', voice.speak("a")[0]);
    }

    @Test
    void dropsWhatWasNotAskedForLongestAndStaysInItsBounds() {
        // given room for three
        CachedVoice voice = new CachedVoice(thousandBytes, 3_600);
        List.of("a", "b", "c", "a", "d").forEach(voice::speak);
        assertEquals(List.of("a", "b", "c", "d"), synthesized);

        // when
        List.of("a", "c", "d", "b").forEach(voice::speak);

        // then only "b" had gone
        assertEquals(List.of("a", "b", "c", "d", "b"), synthesized);
        assertTrue(voice.sizeBytes() > 3_000 && voice.sizeBytes() <= 3_600);
    }

    @Test
    void doesNotKeepWhatIsLargerThanItself() {
        CachedVoice voice = new CachedVoice(thousandBytes, 900);

        voice.speak("a");
        voice.speak("a");

        assertEquals(List.of("a", "a"), synthesized);
        assertEquals(0, voice.sizeBytes());
    }

    @Test
    void synthesizesOnceForAllWhoWaitAndLetsOtherTextsPass() throws Exception {
        // given a synthesis of "slow" that goes on until it is released
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CachedVoice voice = new CachedVoice(text -> {
            if (text.equals("slow")) {
                begun.countDown();
                awaitLatch(release);
            }
            return thousandBytes.speak(text);
        }, 100_000);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(threads.submit(() -> voice.speak("slow")));
            }
            awaitLatch(begun);

            // when another text is asked for meanwhile, it is spoken
            assertEquals('o', voice.speak("other")[0]);
            release.countDown();

            // then all have their audio, each an array of its own
            for (Future<byte[]> caller : callers) {
                byte[] audio = caller.get(10, TimeUnit.SECONDS);
                assertEquals('s', audio[0]);
                audio[0] = 0;
            }
        }
        assertEquals(List.of("other", "slow"), synthesized);
    }

    @Test
    void passesAFailureOnAndForgetsIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<String> attempts = new CopyOnWriteArrayList<>();
        CachedVoice voice = new CachedVoice(text -> {
            attempts.add(text);
            if (attempts.size() == 1) {
                begun.countDown();
                awaitLatch(release);
                throw new VoiceException("broken");
            }
            return new byte[] {1};
        }, 10_000);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> caller = threads.submit(() -> voice.speak("a"));
            awaitLatch(begun);
            release.countDown();
            assertThrows(ExecutionException.class, () -> caller.get(10, TimeUnit.SECONDS));
        }

        assertArrayEquals(new byte[] {1}, voice.speak("a"));
        assertEquals(2, attempts.size());
    }

    @Test
    void refusesATextThatIsTooLongWithoutAskingTheVoice() {
        CachedVoice voice = new CachedVoice(thousandBytes, 10_000);

        assertThrows(IllegalArgumentException.class, () -> voice.speak("x".repeat(Voice.MAX_TEXT_CHARS + 1)));

        assertEquals(List.of(), synthesized);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
