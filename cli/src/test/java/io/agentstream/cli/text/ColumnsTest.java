package io.agentstream.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ColumnsTest {

    @Test
    void standsBelowOneAnotherAndObeysNobody() {
        // given
        Columns columns = new Columns(List.of("A", "LONG", "C"));
        columns.add(List.of("one", "", "3"), "");
        columns.add(List.of("ü", "twotwo\u001b[31m\n", ""), "  a note");

        // when
        List<String> lines = columns.lines(new Paint(false));

        // then
        assertEquals(List.of("A    LONG          C", "one                3", "ü    twotwo [31m", "  a note"), lines);
    }

    @Test
    void isInColoursWhereThereAreAny() {
        assertEquals("\u001b[31mred\u001b[0m", new Paint(true).in(Paint.Colour.RED, "red"));
        assertEquals("red", new Paint(false).in(Paint.Colour.RED, "red"));
    }
}
