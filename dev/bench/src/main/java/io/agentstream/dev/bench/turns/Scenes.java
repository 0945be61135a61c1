package io.agentstream.dev.bench.turns;

import io.agentstream.audio.voice.Voice;
import io.agentstream.dev.bench.turns.Scene.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The labelled set: what callers say, with pauses where people pause, over lines as they are. The same scenes for the same seed and voice,
/// down to the sample.
///
/// The pauses within a turn are drawn from a log-normal distribution with a median of 450 ms, 200 ms to 2.5 s: most are longer than the pauses
/// between two people's turns, which is what makes it hard.
final class Scenes {

    static final long SEED = 20_261_127;

    /// Before somebody speaks.
    private static final long LEAD_MS = 700;

    /// After the last word, so that also a patient detector has its say.
    static final long TAIL_MS = 4_000;

    private static final double PAUSE_MEDIAN_MS = 450;
    private static final double PAUSE_SPREAD = 0.6;
    private static final double FILLED = 0.35;

    private final SplittableRandom random;
    private final Speaker caller;
    private final Speaker somebodyElse;
    private final List<Scene> scenes = new ArrayList<>();

    private Scenes(Voice voice, long seed) {
        random = new SplittableRandom(seed);
        caller = new Speaker(voice, 1);
        somebodyElse = new Speaker(voice, 1.2);
    }

    static List<Scene> all(Voice voice, long seed) {
        Scenes scenes = new Scenes(voice, seed);
        scenes.turns();
        scenes.whileTheAgentSpeaks();
        return List.copyOf(scenes.scenes);
    }

    private void turns() {
        for (String sentence : Sentences.LONG) {
            String[] parts = sentence.split(" / ");
            String name = parts[0];
            add(Kind.FLUENT, name, fluent(parts), line -> line);
            add(Kind.HESITANT, name, hesitant(parts), line -> line);
            add(Kind.HESITANT_IN_NOISE, name, hesitant(parts), line -> line.under(Sounds.hiss(random, 3_000), -15));
            add(Kind.HESITANT_WITH_MUSIC, name, hesitant(parts), line -> line.under(Sounds.music(random, 4_000), -18));
            add(Kind.TWO_VOICES, name, hesitant(parts),
                    line -> line.under(somebodyElse.say(Sentences.SOMEBODY_ELSE.get(random.nextInt(Sentences.SOMEBODY_ELSE.size()))), -20));
        }
        for (String answer : Sentences.SHORT) {
            add(Kind.SHORT, answer, fluent(answer), line -> line);
        }
    }

    private void whileTheAgentSpeaks() {
        for (String words : Sentences.INTERRUPTIONS) {
            add(Kind.INTERRUPTION, words, fluent(words), line -> line);
            add(Kind.INTERRUPTION_IN_NOISE, words, fluent(words), line -> line.under(Sounds.hiss(random, 3_000), -12));
        }
        for (String words : Sentences.BACK_CHANNELS) {
            add(Kind.BACK_CHANNEL, words, fluent(words), line -> line);
        }
        for (int n = 1; n <= 10; n++) {
            add(Kind.NOISE, Integer.toString(n), sound(n % 2 == 0 ? Sounds.knock(random) : Sounds.hiss(random, 1_500)), line -> line);
            add(Kind.MUSIC, Integer.toString(n), sound(Sounds.music(random, 3_000)), line -> line);
            add(Kind.COUGH, Integer.toString(n), sound(Sounds.cough(random)), line -> line);
        }
    }

    /// A line with a turn on it.
    private record Said(Line line, long endMs) {}

    /// What else is on the line.
    @FunctionalInterface
    private interface Around {
        Line lay(Line line);
    }

    private void add(Kind kind, String name, Said said, Around around) {
        said.line().silence(TAIL_MS);
        scenes.add(new Scene(kind, name, LEAD_MS, said.endMs(), around.lay(said.line()).heard(random)));
    }

    private Said fluent(String... parts) {
        return sound(caller.say(String.join(" ", parts)));
    }

    private Said sound(short[] sound) {
        Line line = new Line(LEAD_MS).mix(sound, LEAD_MS, 0);
        return new Said(line, line.lengthMs());
    }

    private Said hesitant(String... parts) {
        Line line = new Line(LEAD_MS);
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                line.silence(pauseMs());
                if (random.nextDouble() < FILLED) {
                    line.mix(caller.say(random.nextBoolean() ? "uh," : "um,"), line.lengthMs(), -3);
                    line.silence(pauseMs());
                }
            }
            line.mix(caller.say(parts[i]), line.lengthMs(), 0);
        }
        return new Said(line, line.lengthMs());
    }

    private long pauseMs() {
        return Math.clamp(Math.round(PAUSE_MEDIAN_MS * Math.exp(PAUSE_SPREAD * random.nextGaussian())), 200, 2_500);
    }
}
