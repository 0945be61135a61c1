package io.agentstream.agents.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Names of people: what is left when what people say around their name is gone; letters that were spelled are put together. Pure; any
/// thread.
final class Names {

    private static final int MAX_WORDS = 6;
    private static final int MAX_CHARS = 80;
    private static final Pattern NAME = Pattern.compile("[\\p{L}][\\p{L}\\p{M}'’-]*");

    private Names() {}

    static Optional<Captured> of(String words, Lexicon lexicon) {
        List<String> said = new ArrayList<>(List.of(words.strip().split("[\\s,.;:!?]+")));
        said.removeIf(String::isEmpty);
        while (!said.isEmpty() && isAbout(said.getFirst(), lexicon) && said.size() > 1) {
            said.removeFirst();
        }
        List<String> name = new ArrayList<>();
        StringBuilder spelled = new StringBuilder();
        for (String word : said) {
            List<String> letters = List.of(word.split("-"));
            if (letters.stream().allMatch(letter -> letter.codePointCount(0, letter.length()) == 1)) {
                letters.forEach(spelled::append);
                continue;
            }
            addSpelled(spelled, name);
            name.add(word);
        }
        addSpelled(spelled, name);
        boolean good = !name.isEmpty() && name.size() <= MAX_WORDS && name.stream().allMatch(word -> NAME.matcher(word).matches());
        String joined = String.join(" ", name.stream().map(Names::capital).toList());
        return good && joined.length() <= MAX_CHARS && !(name.size() == 1 && isAbout(name.getFirst(), lexicon))
                ? Optional.of(Captured.text(joined, joined))
                : Optional.empty();
    }

    /// "Ada, A, D, A" says the same twice: the letters win.
    private static void addSpelled(StringBuilder spelled, List<String> name) {
        if (spelled.isEmpty()) {
            return;
        }
        String word = spelled.toString();
        spelled.setLength(0);
        if (!name.isEmpty() && initial(name.getLast()).equals(initial(word)) && word.length() > 1) {
            name.removeLast();
        }
        name.add(word);
    }

    private static String initial(String word) {
        String folded = Tokens.fold(word);
        return folded.substring(0, Math.min(1, folded.length()));
    }

    private static boolean isAbout(String word, Lexicon lexicon) {
        return lexicon.about().contains(String.join("", Tokens.of(word)));
    }

    /// Small or large as the service has written it, unless it wrote all of it in one way.
    private static String capital(String word) {
        boolean plain = word.equals(word.toLowerCase(Locale.ROOT)) || (word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT)));
        if (!plain) {
            return word;
        }
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (int letter : word.toLowerCase(Locale.ROOT).codePoints().toArray()) {
            out.appendCodePoint(first ? Character.toTitleCase(letter) : letter);
            first = letter == '-' || letter == '\'' || letter == '’';
        }
        return out.toString();
    }
}
