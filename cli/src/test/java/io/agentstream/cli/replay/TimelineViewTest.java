package io.agentstream.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.cli.text.Paint;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// How a timeline looks in a terminal.
final class TimelineViewTest {

    private final TimelineView view = new TimelineView(new Paint(false), 60);

    private static JsonNode said(String text) {
        return TimelineJson.of(new TimelineEntry.Said(3_000, null, 7L, 1_250, 3_000, 1, text, 1_750, true, null));
    }

    @Test
    void timeWhoAndWhatStandBelowOneAnotherAndLongTextGoesOnBelowItself() {
        assertEquals(
                List.of(
                        "  00:01.250  agent     Good morning, this is the demo agent",
                        "                       of the acme company."),
                view.lines(said("Good morning, this is the demo agent of the acme company.")));
    }

    @Test
    void whatCallersAndAgentsSayGivesTheTerminalNoOrders() {
        assertEquals(List.of("  00:01.250  agent      [31mred"), view.lines(said("\u001b[31mred")));
    }

    @Test
    void anEntryOfAKindThatOnlyANewerApiKnowsIsShownByItsSentence() {
        // given
        JsonNode entry = Json.MAPPER.readTree("{\"kind\":\"tomorrow\",\"at_ms\":61001,\"line\":\"something new\"}");

        // when, then
        assertEquals(List.of("  01:01.001  tomorrow  something new"), view.lines(entry));
    }

    @Test
    void colourIsForTerminalsAndFaultsAreRed() {
        // given
        JsonNode fault = Json.MAPPER.readTree("{\"kind\":\"fault\",\"at_ms\":1,\"line\":\"one-way audio\"}");

        // when, then
        assertTrue(new TimelineView(new Paint(true), 60).lines(fault).getFirst().contains("\u001b[31mone-way audio"));
        assertTrue(view.lines(fault).getFirst().endsWith("one-way audio"));
    }

    @Test
    void aWordLongerThanTheTerminalIsBroken() {
        assertEquals(List.of("abcdef", "ghij"), TimelineView.wrap("abcdefghij", 6));
        assertEquals(List.of("ab", "cdefgh", "i"), TimelineView.wrap("ab cdefghi", 6));
        assertEquals(List.of(""), TimelineView.wrap("", 6));
    }

    @Test
    void timesAreReadAsPeopleWriteThem() {
        assertEquals(
                List.of(90_000L, 90_000L, 90_000L, 90_500L, 3_600_000L, 250L),
                List.of("90", "90s", "1:30", "1:30.5", "1:00:00", "0.25").stream().map(CallTime::parse).map(Optional::orElseThrow).toList());
        assertEquals(Optional.empty(), CallTime.parse("soon"));
        assertEquals(Optional.empty(), CallTime.parse("-1"));
    }
}
