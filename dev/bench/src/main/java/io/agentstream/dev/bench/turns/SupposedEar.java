package io.agentstream.dev.bench.turns;

import io.agentstream.agents.dialogue.Understanding.Judgement;
import io.agentstream.dev.bench.turns.Scene.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// A service that hears a caller. There is none in this measurement, so what it says is supposed: it understands each word, without a mark of
/// punctuation, as late as good ones do. What it thinks of the end of a turn is as right as a good one's is, by measurements of others; its
/// figures say what a floor makes of such a service, and nothing of any service.
enum SupposedEar {
    /// Nobody hears the words.
    NONE,
    /// It tells the words.
    WORDS,
    /// It tells the words, and judges by them when the turn is over.
    JUDGES;

    /// How late words are.
    private static final long LATE_MS = 250;

    /// When it judges, from the last word.
    private static final int JUDGED_FROM_MS = 300;
    private static final int JUDGED_TO_MS = 700;

    /// In how many of such pauses it is wrong, and of how many ends it knows nothing. In this set a hesitant turn has about one pause that is as long,
    /// so that one in ten is cut at half a second, as Deepgram's Flux is said to do: 9.9 % of turns at 600 ms, 12.9 % at 300 ms (eot-bench by
    /// LiveKit, English).
    private static final double WRONG = 0.1;
    private static final double MISSED = 0.05;

    /// @param atMs when it says so
    record Understood(long atMs, String text, Judgement judgement) {}

    /// What it says of a scene, in order. The same for the same scene.
    List<Understood> of(Scene scene) {
        List<Understood> said = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(scene.name().hashCode() * 31L + scene.audio().lengthBytes());
        List<Word> words = this == NONE ? List.of() : scene.words();
        for (int n = 0; n < words.size(); n++) {
            String text = words.subList(0, n + 1).stream().map(Word::text).collect(Collectors.joining(" "));
            long endMs = words.get(n).endMs();
            said.add(new Understood(endMs + LATE_MS, text, this == JUDGES ? Judgement.NOT_YET : Judgement.NONE));
            long judgedMs = endMs + random.nextInt(JUDGED_FROM_MS, JUDGED_TO_MS);
            boolean isLast = n == words.size() - 1;
            boolean over = isLast ? random.nextDouble() >= MISSED : words.get(n + 1).startMs() > judgedMs && random.nextDouble() < WRONG;
            if (this == JUDGES && over) {
                said.add(new Understood(judgedMs, text, Judgement.OVER));
            }
        }
        return List.copyOf(said);
    }
}
