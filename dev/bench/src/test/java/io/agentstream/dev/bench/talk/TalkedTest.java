package io.agentstream.dev.bench.talk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.EchoLatency;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.schemas.Json;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TalkedTest {

    private static final long SPEECH_MS = 1_000;

    private static CallOutcome outcome(CallOutcome.Ending ending, List<Long> arrivalsMs, long... saidAtMs) {
        List<CallEvent> events = Arrays.stream(saidAtMs).mapToObj(at -> new CallEvent(at, CallEvent.Kind.SAID, "")).toList();
        return new CallOutcome(
                "s-1", "CA", "MZ", ending, 1000, "", -1, null, 5, arrivalsMs.isEmpty() ? -1 : arrivalsMs.getFirst(), -1, 20_000, 1, 1, 0,
                Speech.ofMulaw(new byte[0]), arrivalsMs, events, EchoLatency.none());
    }

    @Test
    void anAnswerIsCountedFromTheLastFrameOfWhatWasSaidToItsOwnFirst() {
        // given a greeting, and two questions with their answers
        CallOutcome outcome = outcome(CallOutcome.Ending.LIMIT, List.of(100L, 120L, 4_000L, 4_020L, 9_100L), 2_000, 7_000);

        // when
        Talked talked = Talked.of(outcome, 1_000_000, SPEECH_MS);

        // then
        assertEquals(
                List.of(new Talked.Answer(1_002_980, 1_020), new Talked.Answer(1_007_980, 1_120)), talked.answers());
        assertEquals(1_000_100, talked.firstAudioAtMs());
        assertEquals(0, talked.unanswered());
        assertEquals(false, talked.ended());
    }

    @Test
    void whatIsNotAnsweredIsCountedUnlessItIsTheLast() {
        // given three questions of which the second and the third have no answer
        CallOutcome outcome = outcome(CallOutcome.Ending.PEER_CLOSED, List.of(4_000L), 2_000, 7_000, 12_000);

        // when
        Talked talked = Talked.of(outcome, 0, SPEECH_MS);

        // then
        assertEquals(1, talked.answers().size());
        assertEquals(1, talked.unanswered());
        assertTrue(talked.ended());
    }

    @Test
    void theCallersLastFrameIsHeard() {
        byte[] speech = TalkersPart.untilTheLastWord(new FreeTtsVoice().speak(Calibration.QUESTION));

        assertEquals(0, speech.length % 160);
        assertTrue(TalkersPart.untilTheLastWord(speech).length == speech.length);
    }

    @Test
    void theAgentThatIsCalledIsOneThatTheApiWouldTake() {
        JsonNode services = Json.MAPPER.readTree(
                "{\"ear\":\"http://127.0.0.1:1\",\"brain\":\"http://127.0.0.1:2\",\"mouth\":\"http://127.0.0.1:3\"}");

        assertEquals(List.of(), AgentDefinitions.problems(Calibration.agent(services)));
    }
}
