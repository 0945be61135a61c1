package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SentenceSplitterTest {

    private static List<String> whole(String text) {
        SentenceSplitter splitter = new SentenceSplitter();
        List<String> pieces = new ArrayList<>(splitter.add(text));
        splitter.finish().ifPresent(pieces::add);
        return pieces;
    }

    private static Arguments row(String name, String text, String... pieces) {
        return Arguments.argumentSet(name, text, List.of(pieces));
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row("two sentences", "Hello there. How are you?", "Hello there. ", "How are you?"),
                row("a decimal number", "It costs 3.50 dollars. Fine.", "It costs 3.50 dollars. ", "Fine."),
                row("thousands", "You owe 1,000.00 in all. Pay now.", "You owe 1,000.00 in all. ", "Pay now."),
                row("a title", "Ask for Dr. Smith. He is in.", "Ask for Dr. Smith. ", "He is in."),
                row("an initial", "J. Smith called. Call back.", "J. Smith called. ", "Call back."),
                row("dotted letters in between", "Use a card, e.g. Visa, now. Yes.", "Use a card, e.g. Visa, now. ", "Yes."),
                row("dotted letters at the end", "We open at 9 a.m. Please come.", "We open at 9 a.m. ", "Please come."),
                row("dotted letters, going on", "We open at 9 a.m. on Monday.", "We open at 9 a.m. on Monday."),
                row("number sign", "Order no. 5 is out. Good.", "Order no. 5 is out. ", "Good."),
                row("the word no", "No. I cannot.", "No. ", "I cannot."),
                row("an item of a list", "1. First do this. 2. Then that.", "1. First do this. ", "2. Then that."),
                row("a quote", "He said \"stop.\" Then he left.", "He said \"stop.\" ", "Then he left."),
                row("dots", "Well... maybe. Yes!", "Well... ", "maybe. ", "Yes!"),
                row("an address", "See example.com for more. Bye.", "See example.com for more. ", "Bye."),
                row("lines", "One\nTwo", "One\n", "Two"),
                row("another script", "你好。再见。", "你好。", "再见。"),
                row("nothing", ""));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void cutsWhereASentenceEnds(String text, List<String> pieces) {
        assertEquals(pieces, whole(text));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void cutsTheSameLetterByLetter(String text, List<String> pieces) {
        SentenceSplitter splitter = new SentenceSplitter();
        List<String> found = new ArrayList<>();

        for (int i = 0; i < text.length(); i++) {
            found.addAll(splitter.add(text.substring(i, i + 1)));
        }
        splitter.finish().ifPresent(found::add);

        assertEquals(pieces, found);
    }

    @Test
    void aSentenceIsGivenAsSoonAsItIsCertain() {
        SentenceSplitter splitter = new SentenceSplitter();

        assertEquals(List.of(), splitter.add("It is done."));
        assertEquals(List.of("It is done. "), splitter.add(" A"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingIsLostAndNoPieceIsTooLong(long seed) {
        // given
        Random random = new Random(seed);
        String letters = "ab,. \n!?1x\uD83D\uDE00e";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.appendCodePoint(letters.codePointAt(letters.offsetByCodePoints(0, random.nextInt(letters.codePointCount(0, letters.length())))));
        }
        text.append("y".repeat(1_000));
        SentenceSplitter splitter = new SentenceSplitter();
        List<String> pieces = new ArrayList<>();

        // when
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + random.nextInt(1, 50));
            pieces.addAll(splitter.add(text.substring(at, end)));
            at = end;
        }
        splitter.finish().ifPresent(pieces::add);

        // then
        assertEquals(text.toString(), String.join("", pieces));
        assertTrue(pieces.stream().allMatch(piece -> piece.length() <= SentenceSplitter.MAX_CHARACTERS));
    }
}
