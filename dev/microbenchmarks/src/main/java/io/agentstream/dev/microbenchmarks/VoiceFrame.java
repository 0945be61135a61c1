package io.agentstream.dev.microbenchmarks;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.VoiceActivityDetector;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What it takes to say of 20 ms whether somebody speaks. A call has fifty of them a second: a microsecond is 0.00005 processors.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VoiceFrame {

    private static final int FRAME = VoiceActivityDetector.FRAME_MS * MuLaw.BYTES_PER_MS;
    private static final int FRAMES = 100;

    /// What a line carries: nothing, the quietest levels of mu-law, hiss that is heard, a voice's harmonics.
    public enum Line {
        SILENT,
        QUIET,
        HISSING,
        VOICED
    }

    @Param
    public Line line = Line.SILENT;

    private final byte[] muLaw = new byte[FRAMES * FRAME];
    private final VoiceActivityDetector detector = VoiceActivityDetector.open();
    private int next;
    private int voiced;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(7);
        short[] samples = new short[muLaw.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) switch (line) {
                case SILENT -> 0;
                case QUIET -> random.nextInt(-12, 13);
                case HISSING -> random.nextInt(-300, 301);
                case VOICED -> harmonics(i);
            };
        }
        MuLaw.encode(samples, 0, muLaw, 0, samples.length);
    }

    /// A tone of 120 Hz with twenty overtones, a syllable every 250 ms.
    private static double harmonics(int sample) {
        double sum = 0;
        for (int n = 1; n <= 20; n++) {
            sum += Math.sin(2 * Math.PI * 120 * n * sample / MuLaw.SAMPLE_RATE_HZ) / n;
        }
        return sum * 3_000 * (1 + Math.sin(2 * Math.PI * 4 * sample / MuLaw.SAMPLE_RATE_HZ));
    }

    @Benchmark
    public int frame() {
        next = (next + 1) % FRAMES;
        detector.hear(muLaw, next * FRAME, FRAME, 0, (speech, _) -> voiced += speech ? 1 : 0);
        return voiced;
    }

    @TearDown
    public void close() {
        detector.close();
    }
}
