package io.agentstream.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.text.Paint;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What stands on top of a timeline.
final class SummaryViewTest {

    private static final JsonNode RUN = Json.MAPPER.readTree(
            "{\"name\":\"WR-AGS-61803399\",\"state\":\"completed\",\"agent_version\":3,"
                    + "\"initial_context\":{\"caller_number\":\"+15550100\",\"called_number\":\"+15550199\"}}");

    private static List<String> lines(String summary) {
        return new SummaryView(new Paint(false)).lines(RUN, Json.MAPPER.readTree(summary));
    }

    @Test
    void theFiguresOfACallStandOnTop() {
        assertEquals(
                List.of(
                        "WR-AGS-61803399  completed, caller_hangup, by caller, closed with 1000  2026-11-27 09:00:00 UTC",
                        "  call    +15550100 → +15550199   agent version 3   outcome helped",
                        "  length  8.0 s   7.9 s of talk   answered after 0.5 s",
                        "  turns   3   slowest answer 0.4 s at 00:04.800   1 interruption   2 keys",
                        "  talk    caller 10 %  agent 32 %  silence 58 %   longest silence 3.2 s at 00:04.800",
                        "  frames  390 of the caller, 10 missing (200 ms), 5 late (by up to 210 ms)"),
                lines("{\"accepted_at\":\"2026-11-27T09:00:00.000Z\",\"duration_ms\":8000,\"talk_ms\":7900,\"end\":\"caller_hangup\","
                        + "\"disconnected_by\":\"caller\",\"close_code\":1000,\"outcome\":\"helped\",\"answered_after_ms\":500,\"turns\":3,"
                        + "\"interruptions\":1,\"keys\":2,\"takeovers\":0,\"slowest_turn\":{\"at_ms\":4800,\"turn\":3,\"ms\":400},"
                        + "\"talk\":{\"caller_ms\":800,\"agent_ms\":2500,\"silence_ms\":4600},\"longest_silence\":{\"from_ms\":4800,\"ms\":3200},"
                        + "\"frames\":{\"received\":390,\"lost\":10,\"lost_ms\":200,\"late\":5,\"worst_late_ms\":210},\"faults\":[],\"gaps\":[]}"));
    }

    @Test
    void whateverSomebodyHasPutIntoAFileGivesTheTerminalNoOrders() {
        // given a run whose every field does
        String order = "\\u001b]0;owned\\u0007\\u009b2J";
        JsonNode run = Json.MAPPER.readTree("{'name':'N%','state':'S%','agent_version':'V%','initial_context':{'caller_number':'A%'}}"
                .replace('\'', '"').replace("%", order));
        JsonNode summary = Json.MAPPER.readTree(("{'accepted_at':'T%','end':'E%','disconnected_by':'D%','close_code':'C%','outcome':'O%',"
                        + "'turns':'7%','frames':{},'faults':[{'fault':'F%'}],'gaps':[{'topic':'G%','why':'W%'}]}")
                .replace('\'', '"').replace("%", order));

        // when
        List<String> lines = new SummaryView(new Paint(false)).lines(run, summary);

        // then
        assertTrue(lines.size() > 4, lines.toString());
        assertTrue(lines.stream().allMatch(line -> line.chars().noneMatch(Character::isISOControl)), lines.toString());
    }

    @Test
    void whatIsWrongAndWhatIsMissingStandsWhereItIsSeen() {
        // when
        List<String> lines = lines("{\"duration_ms\":10000,\"turns\":1,\"frames\":{},\"faults\":[{\"fault\":\"caller_silent\",\"at_ms\":10000},"
                + "{\"fault\":\"slow_turn\",\"at_ms\":4100,\"turn\":3,\"ms\":3100},{\"fault\":\"newer_one\",\"at_ms\":1}],"
                + "\"gaps\":[{\"topic\":\"call.media.v1\",\"why\":\"deleted\"}]}");

        // then
        assertEquals(
                List.of(
                        "  fault   00:10.000  one-way audio: all that came from the caller was silence",
                        "  fault   00:04.100  turn 3 was waited for 3.1 s", "  fault   00:00.001  newer one",
                        "  gap     call.media.v1: older records are deleted"),
                lines.subList(lines.size() - 4, lines.size()));
    }
}
