package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SnippetTest {
    private static final String BEFORE = "one two three four five six seven eight nine ten eleven twelve thirteen ";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I want a refund | refund | I want a refund",
                "I want  a Refund, please | refund | I want a Refund, please",
                "refunded and refund | refund | refunded and refund",
                "nothing of it | refund | nothing of it",
                "'' | refund | ''",
            })
    void showsAShortUtteranceWhole(String utterance, String word, String expected) {
        assertEquals(expected, Snippet.around(utterance, List.of(word)));
    }

    @ParameterizedTest
    @CsvSource({"refund", "REFUND"})
    void cutsALongOneBetweenWords(String spelling) {
        // when
        String snippet = Snippet.around(BEFORE + spelling + " " + BEFORE + BEFORE, List.of("refund"));

        // then
        assertEquals(
                "… four five six seven eight nine ten eleven twelve thirteen " + spelling
                        + " one two three four five six seven eight nine ten eleven twelve thirteen one two three four …",
                snippet);
    }
}
