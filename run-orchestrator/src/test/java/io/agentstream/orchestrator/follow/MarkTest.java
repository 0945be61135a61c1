package io.agentstream.orchestrator.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MarkTest {

    @Test
    void comesBackFromItsText() {
        // given
        Mark mark = Mark.of(1_000, List.of(999L, 950L, 1_000L, 1_200L));

        // when
        String text = mark.text();

        // then
        assertEquals("1000-1e.1", text);
        assertEquals(Optional.of(new Mark(1_000, new TreeSet<>(List.of(950L, 999L)))), Mark.parse(text));
        assertEquals(Optional.of(Mark.of(7, List.of())), Mark.parse("7"));
    }

    @Test
    void lacksWhatIsBehindItAndItsHoles() {
        // given
        Mark mark = Mark.of(1_000, List.of(999L));

        // when, then
        assertTrue(mark.lacks(999));
        assertTrue(mark.lacks(1_001));
        assertFalse(mark.lacks(1_000));
        assertFalse(mark.lacks(998));
    }

    @Test
    void forgetsTheOldestOfTooManyHoles() {
        // when
        Mark mark = Mark.of(1_000, LongStream.range(1, 1_000).boxed().toList());

        // then
        assertEquals(Mark.MAX_HOLES, mark.holes().size());
        assertEquals(900, mark.holes().first());
        assertEquals(Optional.of(mark), Mark.parse(mark.text()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "12-", "12-0", "12-c", "12-zzzzzzzz", "1234567890123456789", "12 ", "12-1.", "12--1", "12-1,2"})
    void isNotMadeOfAnythingElse(String text) {
        assertEquals(Optional.empty(), Mark.parse(text));
    }
}
