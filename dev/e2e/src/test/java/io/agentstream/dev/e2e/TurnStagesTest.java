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
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.StageFacts;
import io.agentstream.schemas.TalkFacts;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// Services whose delays are known, each another one: the stages of an answer are as long as they are, and all of it is as long as the caller found it.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class TurnStagesTest {

    private static final long TURN_MS = 300;
    private static final long BRAIN_MS = 1_300;
    private static final long TOKEN_MS = 300;
    private static final long MOUTH_MS = 800;

    /// What a busy machine may add to one stage; less than the delays are apart.
    private static final long SLACK_MS = 250;

    /// How near what is told is to what the caller found; half of the shortest stage, so that no other moment is taken for his last sound.
    private static final long NEAR_MS = 150;

    private static final Speech QUESTION = Speech.ofMulaw(new FreeTtsVoice().speak("Where is my order"));

    private static void assertTook(long expectedMs, long ms, String what, JsonNode of) {
        assertTrue(ms >= expectedMs - 30 && ms <= expectedMs + SLACK_MS, what + " took " + ms + " ms: " + of);
    }

    /// How long the caller waited, by his own ear: from the last sound of his question to the first one of the answer.
    private static long waitedMs(CallOutcome call) {
        long askedMs = call.events(CallEvent.Kind.SAID).getLast().atMs() + QUESTION.soundsUntilMs();
        long heardMs = call.events(CallEvent.Kind.AGENT_SPEAKS).stream()
                .mapToLong(CallEvent::atMs)
                .filter(atMs -> atMs > askedMs)
                .findFirst()
                .orElseThrow();
        return heardMs - askedMs;
    }

    private static void assertNear(long waitedMs, long toldMs, String what) {
        assertTrue(Math.abs(toldMs - waitedMs) <= NEAR_MS, what + " is " + toldMs + " ms, and the caller waited for " + waitedMs);
    }

    private static long between(JsonNode stages, String from, String to) {
        return stages.required(to).longValue() - stages.required(from).longValue();
    }

    @Test
    void theStagesOfAnAnswerAreToldWithItsWords(LocalSystem system) throws Exception {
        Api api = new Api(system.demo());
        try (PlayedDeepgram ear = PlayedDeepgram.onDemand("Where is my order number seven?");
                PlayedChat brain = PlayedChat.start(PlayedBrain.says("It left our house", " on Monday.", " Goodbye.").slowly(BRAIN_MS, TOKEN_MS));
                PlayedElevenLabs mouth = PlayedElevenLabs.start(new PlayedVoice(400, MOUTH_MS, 0))) {
            // given
            String agent = api.newAgent("""
                    {"engine": "cascade",
                     "services": {
                       "ear": [{"service": "deepgram", "base_url": "%s"}],
                       "brain": [{"service": "openai", "model": "m-1", "base_url": "%s"}],
                       "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "base_url": "%s"}]},
                     "settings": {"endpointing": {"min_ms": %4$s, "max_ms": %4$s, "short_answer_ms": %4$s, "adapts": false}},
                     "start": "talk",
                     "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind."}}}
                    """.formatted(ear.url(), brain.url(), mouth.url(), Long.toString(TURN_MS)));
            CallPlan plan = Telephone.plan(system, agent)
                    .withSteps(List.of(
                            new Step(new Cue.AgentSilent(1_000), new Action.Say(QUESTION)),
                            new Step(new Cue.AgentSilent(2_000), new Action.HangUp())))
                    .withMaxMs(60_000);

            // when
            CallOutcome call = Telephone.place(plan);

            // then
            JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
            List<JsonNode> said = Wait.until("what was said", () -> Optional.of(api.events(run).stream()
                            .filter(each -> each.path("type").asString().equals("said"))
                            .toList())
                    .filter(all -> all.size() == 2));
            JsonNode stages = said.getLast().path("payload").path("stages");
            assertTook(TURN_MS, stages.required("decided_ms").longValue(), "deciding", stages);
            assertTook(0, between(stages, "decided_ms", "words_ms"), "understanding", stages);
            assertTook(BRAIN_MS, between(stages, "words_ms", "first_token_ms"), "thinking", stages);
            assertTook(2 * TOKEN_MS, between(stages, "first_token_ms", "last_token_ms"), "all of it", stages);
            assertTook(2 * TOKEN_MS, between(stages, "first_token_ms", "sentence_ms"), "a sentence", stages);
            assertTook(MOUTH_MS, between(stages, "sentence_ms", "first_byte_ms"), "the voice", stages);
            assertTook(0, between(stages, "first_byte_ms", "sent_ms"), "sending", stages);
            assertTook(0, between(stages, "sent_ms", "wire_ms"), "the way to the wire", stages);
            assertTrue(said.getFirst().path("payload").path("stages").path("first_token_ms").isMissingNode(), "no model makes the greeting");

            // and that is what the caller found
            long waitedMs = waitedMs(call);
            List<JsonNode> told = api.events(run).stream()
                    .filter(each -> each.path("type").asString().equals("latency"))
                    .map(each -> each.path("payload"))
                    .filter(each -> each.path("what").asString().equals("first_played"))
                    .toList();
            List<Long> toldMs = told.stream().map(each -> each.required("ms").longValue()).toList(); // of the greeting, and of the answer
            System.out.println("the caller waited for " + waitedMs + " ms; told: " + toldMs + " " + stages);
            assertEquals(2, told.size(), told.toString());
            assertEquals(said.getLast().path("payload").required("turn"), told.getLast().required("turn"));
            assertNear(waitedMs, toldMs.getLast(), "first_played");
            assertNear(waitedMs, stages.required("wire_ms").longValue(), "wire_ms");

            // and the facts have the same
            String callId = run.path("call_id").asString();
            TalkFacts talk = Wait.until("the facts", () -> Optional
                    .ofNullable(TopicReader.latest(system.demo().kafkaBootstrapServers(), Topics.RUNS).get(callId))
                    .map(RunFacts::talk)
                    .filter(known -> known.stages() != null && known.replies() > 0));
            assertEquals(1, talk.replies());
            assertEquals(toldMs.getLast(), talk.replyMs());
            assertEquals(toldMs.getLast(), talk.longestReplyMs());
            assertEquals(toldMs.getFirst(), talk.greetingMs());
            StageFacts facts = Objects.requireNonNull(talk.stages());
            assertEquals(1, facts.answers());
            assertEquals(between(stages, "words_ms", "first_token_ms"), facts.firstTokenMs());
            assertEquals(
                    stages.required("wire_ms").longValue(),
                    facts.decidedMs() + facts.wordsMs() + facts.firstTokenMs() + facts.sentenceMs() + facts.firstByteMs() + facts.sentMs() + facts.wireMs());
        }
    }
}
