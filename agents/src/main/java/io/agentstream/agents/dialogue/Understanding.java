package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/// What a caller's words say about who may speak next: whether more has to come, and whether they want anything. Lists of words, and no
/// grammar: where they say nothing, the pause decides alone. Pure.
public final class Understanding {

    /// More words than this are no short answer.
    private static final int MAX_ANSWER_WORDS = 3;

    /// So many signs in a row are a number or a name that is told sign by sign.
    private static final int LISTED_SIGNS = 2;

    /// What whoever understood the words thinks of the turn.
    public enum Judgement {
        /// It hears pauses, and knows no more than the floor.
        NONE,
        /// It judges by what is said, and thinks that more will come.
        NOT_YET,
        /// It judges by what is said, and thinks that this is all.
        OVER
    }

    private Understanding() {}

    /// @param language a BCP 47 tag, as `en-US`
    /// @param text what was understood of the turn up to now; may be empty
    public static CallerWords of(String language, String text, Judgement judgement) {
        String plain = text.toLowerCase(Locale.ROOT).replace('’', '\'').replaceAll("[^\\p{L}\\p{N}'-]+", " ").strip();
        if (plain.isEmpty()) {
            return new CallerWords(0, false, Ending.UNKNOWN);
        }
        String[] words = plain.split(" ", -1);
        return new CallerWords(words.length, Backchannels.isOne(language, text), ending(Tongue.of(language), text.strip(), words, judgement));
    }

    private static Ending ending(Tongue tongue, String text, String[] words, Judgement judgement) {
        if (words.length <= MAX_ANSWER_WORDS && tongue.isAnswer(words)) {
            return Ending.ANSWER;
        }
        return switch (judgement) {
            case OVER -> Ending.OVER;
            case NOT_YET -> Ending.EXPECTED;
            case NONE -> byTheWords(tongue, text, words);
        };
    }

    private static Ending byTheWords(Tongue tongue, String text, String[] words) {
        char last = text.charAt(text.length() - 1);
        if (last == ',' || last == '-' || last == '…' || isOpen(tongue, words)) {
            return Ending.OPEN;
        }
        if (areListed(tongue, words)) {
            return Ending.LISTED;
        }
        return last == '.' || last == '?' || last == '!' ? Ending.COMPLETE : Ending.UNCLEAR;
    }

    private static boolean isOpen(Tongue tongue, String[] words) {
        String last = words[words.length - 1];
        String before = words.length > 1 ? words[words.length - 2] : "";
        if (tongue.asks().contains(before) && tongue.asked().contains(last)) {
            return true; // could you
        }
        boolean isAnswersEnd = tongue.asked().contains(before) && tongue.answering().contains(last); // yes I did
        boolean isEndOfWhatIsWanted = tongue.being().contains(last) && Arrays.stream(words).anyMatch(tongue.wanted()::contains); // where it is
        return tongue.open().contains(last) && !isAnswersEnd && !isEndOfWhatIsWanted;
    }

    private static boolean areListed(Tongue tongue, String[] words) {
        int signs = 0;
        while (signs < words.length && tongue.isSign(words[words.length - 1 - signs])) {
            signs++;
        }
        return signs >= LISTED_SIGNS;
    }
}
