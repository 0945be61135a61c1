package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a caller's words say about who may speak next: whether more has to come, and whether they want anything. Lists of words, and no
/// grammar: where they say nothing, the pause decides alone. Pure.
public final class Understanding {

    /// More words than this are no short answer.
    private static final int MAX_ANSWER_WORDS = 3;

    private static final Set<String> NO_WORDS = Set.of();

    /// Words that are answers, and those that stand beside them.
    private static final Map<String, Set<String>> ANSWERS = Map.of(
            "en", Set.of("yes", "yeah", "yep", "yup", "no", "nope", "please", "thanks", "thank", "you", "sure", "okay", "ok", "correct", "right",
                    "that's", "exactly", "maybe", "later", "never", "fine", "good", "not", "now", "of", "course", "alright", "all"),
            "de", Set.of("ja", "jawohl", "nein", "nee", "doch", "bitte", "danke", "genau", "richtig", "stimmt", "gut", "gerne", "okay", "ok", "klar",
                    "vielleicht", "später", "das"),
            "es", Set.of("sí", "si", "no", "vale", "claro", "correcto", "exacto", "gracias", "por", "favor", "bueno", "bien", "quizás"),
            "fr", Set.of("oui", "ouais", "non", "merci", "d'accord", "exact", "exactement", "bien", "sûr", "peut-être", "c'est", "ça", "pas"));

    /// Words behind which nobody stops.
    private static final Map<String, Set<String>> OPEN = Map.of(
            "en", Set.of("a", "an", "the", "my", "your", "our", "their", "his", "and", "or", "but", "because", "whether", "if", "when", "while",
                    "which", "to", "of", "for", "from", "with", "without", "in", "on", "at", "by", "into", "is", "are", "am", "was", "were", "be",
                    "can", "could", "would", "will", "should", "must", "i", "we", "they", "it's", "i'm", "i'd", "i've", "i'll", "we're", "there's",
                    "well", "like", "double", "says", "um", "uh", "er", "erm", "hmm", "very"),
            "de", Set.of("der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "mein", "meine", "meinen", "meiner",
                    "und", "oder", "aber", "weil", "dass", "ob", "wenn", "als", "zu", "von", "für", "mit", "ohne", "in", "im", "an", "am", "auf",
                    "bei", "aus", "nach", "ist", "sind", "war", "bin", "habe", "hat", "kann", "könnte", "würde", "möchte", "will", "ich", "wir",
                    "also", "äh", "ähm", "hm", "nicht", "sehr"),
            "es", Set.of("el", "la", "los", "las", "un", "una", "mi", "su", "y", "o", "pero", "porque", "que", "si", "a", "de", "del", "al", "para",
                    "por", "con", "sin", "en", "es", "son", "está", "quiero", "puede", "eh", "em", "pues", "muy"),
            "fr", Set.of("le", "la", "les", "un", "une", "des", "mon", "ma", "mes", "et", "ou", "mais", "parce", "que", "qui", "si", "à", "de", "du",
                    "pour", "par", "avec", "sans", "dans", "en", "est", "sont", "suis", "ai", "je", "nous", "euh", "alors", "très", "voudrais"));

    private Understanding() {}

    /// @param language a BCP 47 tag, as `en-US`
    /// @param text what was understood of the turn up to now; may be empty
    /// @param ended whether whoever understood it thinks that this is all
    public static CallerWords of(String language, String text, boolean ended) {
        String plain = text.toLowerCase(Locale.ROOT).replace('’', '\'').replaceAll("[^\\p{L}\\p{N}'-]+", " ").strip();
        if (plain.isEmpty()) {
            return new CallerWords(0, false, Ending.UNCLEAR);
        }
        String[] words = plain.split(" ", -1);
        return new CallerWords(words.length, Backchannels.isOne(language, text), ending(language, text.strip(), words, ended));
    }

    private static Ending ending(String language, String text, String[] words, boolean ended) {
        String tongue = language.split("-", 2)[0].toLowerCase(Locale.ROOT);
        if (words.length <= MAX_ANSWER_WORDS && areAll(words, ANSWERS.getOrDefault(tongue, NO_WORDS))) {
            return Ending.ANSWER;
        }
        char last = text.charAt(text.length() - 1);
        if (last == ',' || last == '-' || last == '…' || OPEN.getOrDefault(tongue, NO_WORDS).contains(words[words.length - 1])) {
            return Ending.OPEN;
        }
        return ended || last == '.' || last == '?' || last == '!' ? Ending.COMPLETE : Ending.UNCLEAR;
    }

    private static boolean areAll(String[] words, Set<String> known) {
        for (String word : words) {
            if (!known.contains(word)) {
                return false;
            }
        }
        return true;
    }
}
