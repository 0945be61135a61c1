package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServedTest {

    private static Tool.Mcp server(String name) {
        return new Tool.Mcp(name, "https://x.example/mcp", null, null, Set.of(), 1_000, 1_000);
    }

    @Test
    void aToolStandsBehindTheNameOfItsServer() {
        assertEquals("kb_search", Served.offered("kb", "search"));
        assertEquals("kb_read-page_2", Served.offered("kb", "read-page_2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin.tools.list", "ünïcode", "with spaces", "a_very_long_name_of_a_tool_that_goes_on_and_on_and_on_until_nobody_reads_it_any_more"})
    void whateverItIsCalledABrainTakesTheName(String tool) {
        String offered = Served.offered("n".repeat(Served.MAX_NAME_CHARS), tool);

        assertTrue(offered.matches("[A-Za-z0-9_-]{1,64}"), offered);
        assertTrue(Served.isOf(server("n".repeat(Served.MAX_NAME_CHARS)), offered), offered);
    }

    @Test
    void namesThatDifferOnlyInWhatABrainDoesNotTakeAreTwo() {
        assertNotEquals(Served.offered("kb", "a.b"), Served.offered("kb", "a_b"));
        assertNotEquals(Served.offered("kb", "a.b"), Served.offered("kb", "a b"));
        assertNotEquals(Served.offered("kb", "x".repeat(70)), Served.offered("kb", "x".repeat(71)));
    }

    @Test
    void whatABrainNamesIsFoundAgain() {
        List<Tool> tools = List.of(new Tool.HangUp("kb_bye", "", null), server("kb"), server("shop"));

        assertEquals(Optional.of("kb"), Served.by(tools, "kb_search").map(Tool::name));
        assertEquals(Optional.empty(), Served.by(tools, "kb"));
        assertEquals(Optional.empty(), Served.by(tools, "order"));
    }
}
