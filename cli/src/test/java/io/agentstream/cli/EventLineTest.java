package io.agentstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.cli.text.Paint;
import io.agentstream.schemas.Json;
import org.junit.jupiter.api.Test;

/// A line of `tail`.
final class EventLineTest {

    private static String line(String type, String payload) {
        String event = "{'at':'2026-11-27T03:00:12.345Z','type':'" + type + "','run':{'name':'WR-AGS-61803399'},'payload':" + payload + "}";
        return EventLine.of(Json.MAPPER.readTree(event.replace('\'', '"')), new Paint(false));
    }

    @Test
    void whatWasWrongWithACallStandsInItsLastLine() {
        assertEquals(
                "03:00:12.345  WR-AGS-61803399  completed     caller_hangup after 14.0 s; one-way audio: no audio came from the caller;"
                        + " an answer was waited for too long; newer_one",
                line("completed", "{'end':'caller_hangup','duration_ms':14000,'faults':['no_caller_audio','slow_turn','newer_one']}"));
        assertEquals(
                "03:00:12.345  WR-AGS-61803399  failed        peer_stalled: Peer does not read; the agent never answered",
                line("failed", "{'failure':'peer_stalled','reason':'Peer does not read','faults':['agent_never_answered']}"));
    }

    @Test
    void aSlowAnswerIsSeenAsItHappens() {
        assertEquals(
                "03:00:12.345  WR-AGS-61803399  latency       slow: the answer was waited for 3.1 s",
                line("latency", "{'what':'first_played','ms':3100}"));
        assertEquals(
                "03:00:12.345  WR-AGS-61803399  latency       first_played after 900 ms", line("latency", "{'what':'first_played','ms':900}"));
    }
}
