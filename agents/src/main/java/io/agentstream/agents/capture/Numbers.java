package io.agentstream.agents.capture;

import java.util.List;

/// Digits from words. The words for zero to nine are known in every language that we have words of, those up to ninety-nine in English and
/// German; services of speech mostly write digits anyway. Words that are no number are passed over. Pure; any thread.
final class Numbers {

    private static final int MAX_DIGITS = 64;

    private static final List<String> TEENS = List.of(
            "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen");
    private static final List<String> TENS =
            List.of("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");
    private static final List<String> GERMAN_TEENS = List.of(
            "zehn", "elf", "zwolf", "dreizehn", "vierzehn", "funfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn");
    private static final List<String> GERMAN_TENS =
            List.of("", "", "zwanzig", "dreißig|dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig");

    private static final int NONE = -1;

    private Numbers() {}

    /// All digits that were said, in their order.
    static String digits(List<String> said, Lexicon lexicon) {
        StringBuilder digits = new StringBuilder();
        int times = 1;
        for (int at = 0; at < said.size() && digits.length() <= MAX_DIGITS; at++) {
            String word = said.get(at);
            if (lexicon.language().equals("en") && (word.equals("double") || word.equals("triple"))) {
                times = word.equals("double") ? 2 : 3;
                continue;
            }
            String number = isDigits(word) ? word : number(said, at, lexicon);
            digits.repeat(number, number.length() == 1 ? times : 1);
            times = 1;
            if (number.length() == 2 && isTwoWords(said, at, lexicon)) {
                at++;
            }
        }
        return digits.toString();
    }

    /// As [#digits], with a plus in front where one was said.
    static String phone(String words, Lexicon lexicon) {
        List<String> said = Tokens.of(words);
        List<String> plus = List.of(lexicon.signs().getLast());
        boolean international = words.strip().matches("(?s)[^0-9]{0,200}\\+\\s?\\(?[0-9].*")
                || said.stream().takeWhile(word -> !isDigits(word)).anyMatch(word -> Lexicon.index(plus, List.of(word), 0) == 0);
        return (international ? "+" : "") + digits(said, lexicon);
    }

    /// A number below a hundred that begins at a place; [#NONE] where none does.
    static int value(List<String> said, int at, Lexicon lexicon) {
        String word = said.get(at);
        if (isDigits(word)) {
            return word.length() <= 2 ? Integer.parseInt(word) : NONE;
        }
        String number = number(said, at, lexicon);
        return number.isEmpty() ? NONE : Integer.parseInt(number);
    }

    /// Whether the number below a hundred that begins at a place is written in two words.
    static boolean isTwoWords(List<String> said, int at, Lexicon lexicon) {
        return lexicon.language().equals("en") && TENS.contains(said.get(at)) && at + 1 < said.size() && unit(said, at + 1, lexicon) > 0;
    }

    /// The digits of the number that begins at a place, as a text; empty where none does.
    private static String number(List<String> said, int at, Lexicon lexicon) {
        String word = said.get(at);
        int unit = unit(said, at, lexicon);
        if (unit >= 0) {
            return Integer.toString(unit);
        }
        return switch (lexicon.language()) {
            case "en" -> english(said, at, lexicon);
            case "de" -> german(word, lexicon);
            default -> "";
        };
    }

    private static int unit(List<String> said, int at, Lexicon lexicon) {
        return Lexicon.index(lexicon.digits(), List.of(said.get(at)), 0);
    }

    private static String english(List<String> said, int at, Lexicon lexicon) {
        int teen = TEENS.indexOf(said.get(at));
        if (teen >= 0) {
            return Integer.toString(10 + teen);
        }
        int tens = TENS.indexOf(said.get(at));
        return tens < 2 ? "" : Integer.toString(10 * tens + (isTwoWords(said, at, lexicon) ? unit(said, at + 1, lexicon) : 0));
    }

    private static String german(String word, Lexicon lexicon) {
        int teen = GERMAN_TEENS.indexOf(word);
        if (teen >= 0) {
            return Integer.toString(10 + teen);
        }
        int and = word.indexOf("und");
        int tens = Lexicon.index(GERMAN_TENS, List.of(and > 0 ? word.substring(and + 3) : word), 0);
        int unit = and > 0 ? Lexicon.index(lexicon.digits(), List.of(word.substring(0, and)), 0) : 0;
        return tens < 2 || unit < 0 ? "" : Integer.toString(10 * tens + unit);
    }

    static boolean isDigits(String word) {
        return !word.isEmpty() && word.chars().allMatch(each -> each >= '0' && each <= '9');
    }

    /// As they are read back: one by one, with a little pause after every third.
    static String oneByOne(String digits) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < digits.length(); at++) {
            out.append(at == 0 ? "" : at % 3 == 0 ? ", " : " ").append(digits.charAt(at));
        }
        return out.toString();
    }
}
