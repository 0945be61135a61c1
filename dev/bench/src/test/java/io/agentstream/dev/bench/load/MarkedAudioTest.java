package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever another system does to audio on its way, a frame is known again.
class MarkedAudioTest {

    private static final int FRAMES = 5_000;

    private static byte[] audio(int from, int frames) {
        byte[] audio = new byte[frames * MarkedAudio.BYTES];
        for (int i = 0; i < frames; i++) {
            MarkedAudio.write(from + i, audio, i * MarkedAudio.BYTES);
        }
        return audio;
    }

    private static final class Heard implements Dialect.Ear {

        private final List<Integer> frames = new ArrayList<>();
        private int corrupt;

        @Override
        public void frame(int seq) {
            frames.add(seq);
        }

        @Override
        public void corrupt() {
            corrupt++;
        }
    }

    private static Heard hear(byte[] audio, int pieceBytes, int sent) {
        MarkedStream stream = new MarkedStream();
        Heard heard = new Heard();
        for (int at = 0; at < audio.length; at += pieceBytes) {
            stream.take(audio, at, Math.min(pieceBytes, audio.length - at), sent, heard);
        }
        return heard;
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void everyNumberIsReadAsItWasWritten() {
        byte[] frame = new byte[MarkedAudio.BYTES];
        for (int seq = 0; seq < FRAMES; seq++) {
            MarkedAudio.write(seq, frame, 0);

            assertEquals(seq, MarkedAudio.newest(MarkedAudio.read(frame, 0), seq + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 80, 160, 161, 320, 1_000})
    void framesAreFoundInPiecesOfAnyLength(int pieceBytes) {
        Heard heard = hear(audio(0, 300), pieceBytes, 300);

        assertEquals(numbers(0, 300), heard.frames);
        assertEquals(0, heard.corrupt);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 159})
    void framesAreFoundBehindSamplesThatTheServerPutInFront(int samples) {
        byte[] audio = audio(0, 50);
        byte[] late = new byte[samples + audio.length];
        for (int i = 0; i < samples; i++) {
            late[i] = (byte) 0xFF;
        }
        System.arraycopy(audio, 0, late, samples, audio.length);

        List<Integer> heard = hear(late, 160, 50).frames;

        assertEquals(numbers(0, 49), heard.subList(0, 49));
    }

    @Test
    void framesAreReadThroughAQuieterNoisierAndSmootherLine() {
        byte[] audio = audio(0, 200);
        SplittableRandom random = new SplittableRandom(1);
        byte[] worse = new byte[audio.length];
        double before = 0;
        for (int i = 0; i < audio.length; i++) {
            // A one-pole low-pass at about 1.4 kHz, half the volume, and noise.
            before += 0.66 * (MuLaw.decode(audio[i]) - before);
            worse[i] = MuLaw.encode((short) (before / 2 + random.nextInt(-150, 150)));
        }

        Heard heard = hear(worse, 160, 200);

        assertEquals(List.of(numbers(0, 200), 0), List.of(heard.frames, heard.corrupt));
    }

    @Test
    void silenceBetweenFramesIsNoFrame() {
        byte[] audio = audio(0, 10);
        byte[] paused = new byte[audio.length + 5 * MarkedAudio.BYTES];
        Arrays.fill(paused, (byte) 0xFF);
        System.arraycopy(audio, 0, paused, 0, 5 * MarkedAudio.BYTES);
        System.arraycopy(audio, 5 * MarkedAudio.BYTES, paused, 10 * MarkedAudio.BYTES, 5 * MarkedAudio.BYTES);

        Heard heard = hear(paused, 160, 10);

        assertEquals(List.of(numbers(0, 10), 0), List.of(heard.frames, heard.corrupt));
    }

    @Test
    void noiseIsNotTakenForFrames() {
        byte[] noise = new byte[MarkedAudio.BYTES * 1_000];
        new SplittableRandom(2).nextBytes(noise);

        List<Integer> heard = hear(noise, 160, 50).frames;

        assertTrue(heard.size() < 5, heard.toString());
    }

    @Test
    void aNumberIsThatOfTheNewestFrameThatWasSent() {
        assertEquals(
                List.of(0, 4_095, 4_096, 4_095, 8_190),
                List.of(
                        MarkedAudio.newest(0, 1), MarkedAudio.newest(4_095, 4_096), MarkedAudio.newest(0, 4_097),
                        MarkedAudio.newest(4_095, 4_097), MarkedAudio.newest(4_094, 8_192)));
        assertEquals(Collections.nCopies(1, -4_091), List.of(MarkedAudio.newest(5, 5)));
    }
}
