package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.sandbox.SandboxRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// What people hear who call the two agents that everybody meets first.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class TalkTest {

    private static final int BYTES_PER_MS = 8;

    private LocalSystem system;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theDemoAgentGreetsIsInterruptedRepeatsTheKeySaysGoodbyeAndHangsUp() throws Exception {
        CallPlan plan = demoCall(List.of(
                new Step(new Cue.AgentSpeaks(1_000), new Action.Press('7')),
                new Step(new Cue.Then(5_000), new Action.Press('3'))));

        CallOutcome heard = Telephone.place(plan);

        assertEquals(CallOutcome.Ending.PEER_CLOSED, heard.ending(), heard.toString());
        assertEquals(1000, heard.closeCode());
        assertEquals(0, heard.rejected(), heard.toString());
        assertTrue(heard.events(CallEvent.Kind.CLEARED).size() >= 1, "no clear reached the caller");
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString());
        assertEquals(1000, run.path("end").path("close_code").asInt());
        awaitHungUp(plan.session());
        List<JsonNode> events = awaitEvents(run, "ended");
        List<String> said = texts(events);
        assertTrue(said.getFirst().startsWith("Hello"), said.toString());
        assertTrue(said.stream().anyMatch(text -> text.startsWith("You pressed 7")), said.toString());
        assertTrue(said.getLast().endsWith("Goodbye!"), said.toString());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theRestOfAnInterruptedTurnIsNeverHeard() throws Exception {
        // given the greeting as the voice speaks it, so that the caller's ear can be searched for it
        String greeting = "Hello, and welcome to agent stream. Nice of you to call!";
        byte[] voice = new FreeTtsVoice().speak(greeting);
        CallPlan plan = demoCall(List.of(
                new Step(new Cue.AgentSpeaks(800), new Action.Press('7')),
                new Step(new Cue.Then(2_500), new Action.HangUp())));

        CallOutcome outcome = Telephone.place(plan);

        byte[] heard = outcome.heard().mulaw();
        int begin = firstSound(voice);
        assertTrue(contains(heard, Arrays.copyOfRange(voice, begin, begin + 400 * BYTES_PER_MS)), "the greeting was not heard");
        int rest = begin + 2_000 * BYTES_PER_MS;
        assertTrue(voice.length > rest + 400 * BYTES_PER_MS, "the greeting is too short for this test");
        for (int at = rest; at + 100 * BYTES_PER_MS < voice.length; at += 50 * BYTES_PER_MS) {
            byte[] part = Arrays.copyOfRange(voice, at, at + 100 * BYTES_PER_MS);
            assertTrue(isSilent(part) || !contains(heard, part), "a part of the dropped rest was heard");
        }
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        List<JsonNode> events = awaitEvents(run, "ended");
        JsonNode first = events.stream().filter(e -> type(e).equals("said")).findFirst().orElseThrow().path("payload");
        assertEquals(greeting, first.path("text").asString());
        assertEquals(false, first.path("whole").asBoolean(true));
        assertTrue(first.path("played_ms").asLong() < 2_000, first.toString());
        assertEquals("caller_hangup", run.path("end").path("by").asString());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatTheCallerSaysIsNoticedAndInterrupts() throws Exception {
        byte[] words = new FreeTtsVoice().speak("Excuse me, I would like to speak to somebody who knows.");
        CallPlan plan = demoCall(List.of(
                new Step(new Cue.AgentSpeaks(500), new Action.Say(Speech.ofMulaw(words))),
                new Step(new Cue.AgentSpeaks(300), new Action.HangUp()))); // in the answer

        CallOutcome outcome = Telephone.place(plan);

        assertEquals(CallOutcome.Ending.HUNG_UP, outcome.ending(), outcome.toString());
        assertTrue(!outcome.events(CallEvent.Kind.CLEARED).isEmpty(), outcome.toString());
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        // how far the agent came is known after the call
        List<JsonNode> events = awaitEvents(run, "an answer that was cut off", e -> saidText(e).startsWith("I heard you"));
        assertTrue(events.stream().anyMatch(e -> type(e).equals("heard") && e.path("payload").path("speech_ms").asLong() > 500),
                events.toString());
        assertEquals("caller_hangup", run.path("end").path("by").asString());
        assertTrue(!system.sandbox().hungUp(plan.session()), "a caller who has gone was hung up once more");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theEventsOfARunTellItsStoryInOrder() throws Exception {
        CallPlan plan = demoCall(List.of(new Step(new Cue.AgentSpeaks(300), new Action.Press('3'))));

        Telephone.place(plan);

        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        List<JsonNode> events = awaitEvents(run, "ended");
        List<String> types = events.stream().map(TalkTest::type).toList();
        assertEquals(types.size(), events.stream().map(e -> e.path("position").asLong()).distinct().count());
        inOrder(types, "offered", "started", "ended");
        inOrder(types, "started", "turn_started", "interrupted", "said", "hung_up");
        List<Long> numbers = events.stream()
                .filter(e -> e.path("payload").has("number"))
                .map(e -> e.path("payload").path("number").asLong())
                .toList();
        assertEquals(numbers.stream().sorted().distinct().toList(), numbers, types.toString());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theEchoAgentReturnsEveryFrameInOrderAndUnchangedInSeveralCallsAtOnce() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try {
            for (int n = 0; n < 6; n++) {
                int seed = n;
                // two of the six send frames of odd sizes, together no more than the caller can listen to
                calls.add(EchoCall.begin(new Attempt(system, system.demo().echoAgentUuid()),
                        n < 4 ? EchoCall.FRAMES_OF_160 : number -> 5 + (number * 37 + seed) % 301));
            }
            for (EchoCall call : calls) {
                call.awaitHeard(150);
            }
            for (EchoCall call : calls) {
                call.hangUp();
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
        for (EchoCall call : calls) {
            JsonNode run = api.awaitRun(system.demo().echoAgentUuid(), call.call.callId, "completed");
            assertEquals("caller_hangup", run.path("end").path("by").asString());
        }
    }

    private CallPlan demoCall(List<Step> steps) {
        return CallPlan.to(URI.create(system.demo().streamUrl()), system.demo().domain()).withSteps(steps).withMaxMs(40_000);
    }

    private void awaitHungUp(String session) throws Exception {
        Wait.until("DELETE of the session", () -> system.sandbox().requests().stream()
                .filter(request -> request.session().equals(session) && request.method().equals("DELETE"))
                .filter(SandboxRequest::tokenValid)
                .findFirst());
        assertTrue(system.sandbox().hungUp(session));
    }

    /// The run's events, once `last` is among them.
    private List<JsonNode> awaitEvents(JsonNode run, String last) throws Exception {
        return awaitEvents(run, last, event -> type(event).equals(last));
    }

    /// The run's events, once `last` is true of one of them.
    private List<JsonNode> awaitEvents(JsonNode run, String what, Predicate<JsonNode> last) throws Exception {
        return Wait.until(what + " in the events of the run", () -> {
            List<JsonNode> events = api.events(run);
            return events.stream().anyMatch(last) ? Optional.of(events) : Optional.empty();
        });
    }

    private static String type(JsonNode event) {
        return event.path("type").asString("");
    }

    private static List<String> texts(List<JsonNode> events) {
        return events.stream().filter(e -> type(e).equals("said")).map(TalkTest::saidText).toList();
    }

    private static String saidText(JsonNode event) {
        return type(event).equals("said") ? event.path("payload").path("text").asString("") : "";
    }

    private static void inOrder(List<String> types, String... wanted) {
        int at = -1;
        for (String next : wanted) {
            int found = types.subList(at + 1, types.size()).indexOf(next);
            assertTrue(found >= 0, next + " does not follow in " + types);
            at += 1 + found;
        }
    }

    private static int firstSound(byte[] mulaw) {
        for (int at = 0; at < mulaw.length; at++) {
            if (isSound(mulaw[at])) {
                return at;
            }
        }
        throw new AssertionError("nothing but silence");
    }

    private static boolean isSilent(byte[] mulaw) {
        int sounds = 0;
        for (byte sample : mulaw) {
            sounds += isSound(sample) ? 1 : 0;
        }
        return sounds < mulaw.length / 4;
    }

    private static boolean isSound(byte sample) {
        return (~sample & 0x7F) > 0x18;
    }

    private static boolean contains(byte[] all, byte[] part) {
        for (int at = 0; at + part.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }
}
