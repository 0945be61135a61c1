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

    /// Of the set by which detectors are made, and of that whose figures are told.
    static final long TUNED_SEED = 20_261_127;
    static final long REPORTED_SEED = 20_261_128;

    /// Before somebody speaks.
    private static final long LEAD_MS = 700;

    /// After the last word, so that also a patient detector has its say.
    static final long TAIL_MS = 4_000;

    private static final double PAUSE_MEDIAN_MS = 450;
    private static final double QUICK_PAUSE_MS = 250;
    private static final double SLOW_PAUSE_MS = 800;
    private static final int CALLS = 10;
    private static final int CALL_TURNS = 6;
    private static final double PAUSE_SPREAD = 0.6;
    private static final double FILLED = 0.35;

    private final SplittableRandom random;
    private final Sentences said;
    private final Speaker caller;
    private final Speaker somebodyElse;
    private final List<Scene> scenes = new ArrayList<>();

    private Scenes(Voice voice, long seed, Sentences said) {
        random = new SplittableRandom(seed);
        this.said = said;
        caller = new Speaker(voice, 1);
        somebodyElse = new Speaker(voice, 1.2);
    }

    static List<Scene> all(Voice voice, long seed, Sentences said) {
        Scenes scenes = new Scenes(voice, seed, said);
        scenes.turns();
        scenes.whileTheAgentSpeaks();
        scenes.calls();
        return List.copyOf(scenes.scenes);
    }

    private void turns() {
        for (String sentence : said.turns()) {
            String[] parts = sentence.split(" / ");
            String name = parts[0];
            add(Kind.FLUENT, name, fluent(parts), line -> line);
            add(Kind.HESITANT, name, hesitant(parts), line -> line);
            add(Kind.HESITANT_IN_NOISE, name, hesitant(parts), line -> line.under(Sounds.hiss(random, 3_000), -15));
            add(Kind.HESITANT_WITH_MUSIC, name, hesitant(parts), line -> line.under(Sounds.music(random, 4_000), -18));
            add(Kind.TWO_VOICES, name, hesitant(parts),
                    line -> line.under(somebodyElse.say(Sentences.SOMEBODY_ELSE.get(random.nextInt(Sentences.SOMEBODY_ELSE.size()))), -20));
        }
        for (String answer : said.answers()) {
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

    /// Callers who speak as they do for a whole call, of six turns each.
    private void calls() {
        for (int call = 1; call <= CALLS; call++) {
            boolean quick = call % 2 == 1;
            for (int turn = 0; turn < CALL_TURNS; turn++) {
                String[] parts = said.turns().get((call * CALL_TURNS + turn) % said.turns().size()).split(" / ");
                add(quick ? Kind.QUICK_CALLER : Kind.SLOW_CALLER, parts[0], hesitant(quick ? QUICK_PAUSE_MS : SLOW_PAUSE_MS, parts),
                        line -> line, call);
            }
        }
        for (String words : Sentences.ONE_WORD) {
            add(Kind.ONE_WORD, words, fluent(words), line -> line);
        }
        for (int n = 1; n <= 10; n++) {
            String words = Sentences.SOMEBODY_ELSE.get(n % Sentences.SOMEBODY_ELSE.size());
            add(Kind.SOMEBODY_ELSE, Integer.toString(n), new Said(new Line(LEAD_MS).mix(somebodyElse.say(words), LEAD_MS, -20)), line -> line);
        }
    }

    /// A line with a turn on it.
    private record Said(Line line, long endMs, List<Scene.Word> words) {

        Said(Line line) {
            this(line, line.lengthMs(), List.of());
        }
    }

    /// What else is on the line.
    @FunctionalInterface
    private interface Around {
        Line lay(Line line);
    }

    private void add(Kind kind, String name, Said said, Around around) {
        add(kind, name, said, around, 0);
    }

    private void add(Kind kind, String name, Said said, Around around, int call) {
        said.line().silence(TAIL_MS);
        scenes.add(new Scene(kind, name, LEAD_MS, said.endMs(), around.lay(said.line()).heard(random), said.words(), call));
    }

    private Said fluent(String... parts) {
        String text = String.join(" ", parts);
        short[] sound = caller.say(text);
        Line line = new Line(LEAD_MS).mix(sound, LEAD_MS, 0);
        return new Said(line, line.lengthMs(), words(text, LEAD_MS, line.lengthMs()));
    }

    private Said sound(short[] sound) {
        return new Said(new Line(LEAD_MS).mix(sound, LEAD_MS, 0));
    }

    private Said hesitant(String... parts) {
        return hesitant(PAUSE_MEDIAN_MS, parts);
    }

    private Said hesitant(double medianMs, String... parts) {
        Line line = new Line(LEAD_MS);
        List<Scene.Word> words = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                line.silence(pauseMs(medianMs));
                if (random.nextDouble() < FILLED) {
                    line.mix(caller.say(random.nextBoolean() ? "uh," : "um,"), line.lengthMs(), -3);
                    line.silence(pauseMs(medianMs));
                }
            }
            long fromMs = line.lengthMs();
            line.mix(caller.say(parts[i]), fromMs, 0);
            words.addAll(words(parts[i], fromMs, line.lengthMs()));
        }
        return new Said(line, line.lengthMs(), words);
    }

    /// Each word as long as it is written.
    private static List<Scene.Word> words(String text, long fromMs, long toMs) {
        List<Scene.Word> words = new ArrayList<>();
        int at = 0;
        for (String word : text.split(" ", -1)) {
            long startMs = fromMs + (toMs - fromMs) * at / text.length();
            at += word.length() + 1;
            words.add(new Scene.Word(word, startMs, fromMs + (toMs - fromMs) * Math.min(at, text.length()) / text.length()));
        }
        return words;
    }

    private long pauseMs(double medianMs) {
        return Math.clamp(Math.round(medianMs * Math.exp(PAUSE_SPREAD * random.nextGaussian())), 200, 2_500);
    }
}
