package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.TalkFacts;
import io.agentstream.schemas.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// What an agent's services were used for is a fact of its run, to the token, the character and the millisecond: as the services themselves have
/// counted it, which are played.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class UsedServicesTest {

    private static final String ASKED = "Where is my order number seven?";
    private static final String ANSWER = "It left our house on Monday. It should be with you on Friday. The driver will ring twice.";

    /// What the played brain says that each answer took.
    private static final long READ = 120;
    private static final long FROM_CACHE = 64;
    private static final long WRITTEN = 12;

    private static final long PATIENT_MS = 9_000;

    /// What a killed worker has not told of what its ear heard: little more than a second of it, and ten where the ear alone is used.
    private static final long MOST_UNTOLD_MS = 11_000;

    /// Services of one call, and what they have counted.
    private static final class Played implements AutoCloseable {
        private final PlayedDeepgram ear = PlayedDeepgram.onDemand(ASKED, ASKED); // once for each worker
        private final PlayedChat brain = PlayedChat.start(PlayedBrain.says("It left our house", " on Monday. It should be with you", " on Friday. The driver will ring twice."));
        private final PlayedElevenLabs mouth = PlayedElevenLabs.start(TalkedAgent.SLOW);

        String agent(Api api) throws Exception {
            return api.newAgent("""
                    {"engine": "cascade",
                     "services": {
                       "ear": [{"service": "deepgram", "base_url": "%s"}],
                       "brain": [{"service": "openai", "model": "m-1", "base_url": "%s"}],
                       "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "base_url": "%s"}]},
                     "start": "talk",
                     "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "silence_ms": 60000}}}
                    """.formatted(ear.url(), brain.url(), mouth.url()));
        }

        ServiceUse thought() {
            long asked = brain.asked().size();
            return new ServiceUse(Role.BRAIN, "openai", "m-1", false, asked, 0, READ * asked, FROM_CACHE * asked, WRITTEN * asked, 0, 0, 0, 0);
        }

        private List<String> sentences() {
            return mouth.texts().stream()
                    .map(message -> Json.MAPPER.readTree(message).path("text").asString(""))
                    .filter(text -> !text.isBlank())
                    .toList();
        }

        /// @param requests one for each sentence
        ServiceUse spoke(long requests) {
            List<String> texts = sentences();
            long sounded = texts.stream().mapToLong(String::length).sum(); // a blank that is sent behind a sentence is spoken too
            return new ServiceUse(
                    Role.MOUTH, "elevenlabs", "eleven_flash_v2_5", false, requests, 0, 0, 0, 0, 0, 0,
                    texts.stream().mapToLong(text -> text.strip().length()).sum(), sounded * TalkedAgent.SLOW.bytesPerCharacter() / 8);
        }

        /// Whether what was given to the mouth last is an answer's end: nothing of it is cut off any more once that is told.
        boolean saysTheLast() {
            return ANSWER.endsWith(sentences().getLast().strip());
        }

        ServiceUse heard(long times) {
            return new ServiceUse(Role.EAR, "deepgram", "nova-3", false, times, 0, 0, 0, 0, 0, 0, 0, ear.heardBytes() / 8);
        }

        @Override
        public void close() {
            ear.close();
            brain.close();
            mouth.close();
        }
    }

    private static List<ServiceUse> services(JsonNode run) {
        return List.of(Json.MAPPER.treeToValue(run.path("services"), ServiceUse[].class));
    }

    private static ServiceUse of(Role role, List<ServiceUse> services) {
        return services.stream().filter(each -> each.role() == role).findFirst()
                .orElse(new ServiceUse(role, "", null, false, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    private static JsonNode again(Api api, JsonNode run) throws Exception {
        return api.send("GET", "/api/v1/runs/" + run.path("id").asLong(), "");
    }

    private static CallPlan planned(LocalSystem system, String agent, List<Step> steps) {
        return Telephone.plan(system, agent)
                .withSteps(steps)
                .withMaxMs(90_000);
    }

    @Test
    void theRunItsFactsAndTheWebhookHaveExactlyWhatWasUsed(LocalSystem system) throws Exception {
        Api api = new Api(system.demo());
        try (Played played = new Played(); AwkwardReceiver receiver = new AwkwardReceiver()) {
            // given
            JsonNode hook = api.send("POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\",\"events\":[\"run.ended\"]}");
            String agent = played.agent(api);
            CallPlan plan = planned(system, agent, List.of(
                    new Step(new Cue.AgentSilent(1_500), TalkedAgent.says("Where is my order")),
                    new Step(new Cue.AgentSilent(1_500), new Action.HangUp())));

            // when
            CallOutcome outcome = Telephone.place(plan);

            // then
            assertTrue(TalkedAgent.hears(outcome, "The driver will ring"), TalkedAgent.heard(outcome));
            JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
            String name = run.path("name").asString();
            JsonNode told = Wait.until("run.ended", 40_000, () -> receiver.got.stream()
                    .map(got -> Json.MAPPER.readTree(got.body()).at("/data/run"))
                    .filter(of -> of.path("name").asString().equals(name))
                    .findFirst());
            Set<ServiceUse> used = Set.of(played.heard(1), played.thought(), played.spoke(4));
            assertEquals(1, played.brain.asked().size());
            assertEquals("Welcome to Acme.".length() + ANSWER.length() - 2, played.spoke(4).characters()); // each sentence by itself
            assertTrue(played.ear.heardBytes() > 8_000);
            assertEquals(used, Set.copyOf(services(told)));
            assertEquals(used, Set.copyOf(services(again(api, run))));
            String call = run.path("call_id").asString();
            TalkFacts facts = Wait.until("the facts", () -> Optional
                    .ofNullable(TopicReader.latest(system.demo().kafkaBootstrapServers(), Topics.RUNS).get(call))
                    .map(RunFacts::talk)
                    .filter(talk -> talk.services() != null && used.equals(Set.copyOf(talk.services()))));
            assertEquals(3, Optional.ofNullable(facts.services()).orElse(List.of()).size());
            api.send("DELETE", "/api/v1/webhooks/" + hook.path("id").asLong(), "");
        }
    }

    /// A call whose agent is greeting.
    private record Talk(Played played, String agent, CallPlan plan, SimulatedProvider.Placed call) implements AutoCloseable {

        static Talk begin(LocalSystem system, Api api, SimulatedProvider provider) throws Exception {
            Played played = new Played();
            String agent = played.agent(api);
            CallPlan plan = planned(system, agent, List.of(
                    new Step(new Cue.AgentSilent(1_500), TalkedAgent.says("Where is my order")),
                    new Step(new Cue.AgentSilent(PATIENT_MS), TalkedAgent.says("Where is my order"))));
            return new Talk(played, agent, plan, provider.begin(plan));
        }

        @Override
        public void close() throws Exception {
            call.hangUp();
            call.outcome().get(20, TimeUnit.SECONDS);
            played.close();
        }
    }

    @Test
    @Drill
    void whereAWorkerIsKilledNothingIsCountedTwiceAndOnlyWhatItHadNotToldYetIsLost(LocalSystem system, Path data) throws Exception {
        Api api = new Api(system.demo());
        try (SimulatedProvider provider = new SimulatedProvider();
                ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, Beside.worker(system, data))) {
            Api.awaitReady(system.demo().workerUrl());
            try (Talk talk = Held.by(second.adminUrl(), system, () -> Talk.begin(system, api, provider))) {
                // given a call that the second worker holds, and which is being answered: all of the answer is made, and it has told that
                JsonNode running = api.awaitRunOf(talk.agent(), talk.plan().session(), "running");
                List<ServiceUse> before = Wait.until("what the answer took is told", 40_000, () -> Optional.of(services(again(api, running)))
                        .filter(known -> of(Role.BRAIN, known).equals(talk.played().thought()) && of(Role.MOUTH, known).equals(talk.played().spoke(4))
                                && of(Role.BRAIN, known).requests() == 1));

                // when
                second.kill();
                long heardBytes = talk.played().ear.heardBytes();

                // then the other one answers what the caller asks next
                Wait.until("what the other answer took is told", 60_000, () -> Optional.of(services(again(api, running)))
                        .filter(known -> of(Role.BRAIN, known).requests() == 2 && talk.played().saysTheLast()
                                && of(Role.MOUTH, known).equals(talk.played().spoke(of(Role.MOUTH, known).requests()))));
                talk.call().hangUp();
                JsonNode run = api.awaitRunOf(talk.agent(), talk.plan().session(), "completed");
                assertEquals(1, api.events(run).stream().filter(each -> each.path("type").asString("").equals("resumed")).count());
                assertEquals(2, talk.played().brain.asked().size());

                // and all that both have used is there: but for what the ear has heard for the first of them and was not told
                List<ServiceUse> after = Wait.until("the rest is told", () -> Optional.of(services(again(api, run)))
                        .filter(known -> of(Role.EAR, known).requests() == 2 && of(Role.BRAIN, known).requests() == 2));
                assertEquals(talk.played().thought(), of(Role.BRAIN, after));
                assertEquals(talk.played().spoke(of(Role.MOUTH, after).requests()), of(Role.MOUTH, after));
                long toldMs = of(Role.EAR, before).audioMs();
                long lostMs = talk.played().heard(2).audioMs() - of(Role.EAR, after).audioMs();
                assertTrue(lostMs >= 0 && lostMs <= Math.min(MOST_UNTOLD_MS, heardBytes / 8 - toldMs + 200), lostMs + " ms are lost");
                assertEquals(3, after.size(), after.toString());
            }
        }
    }

}
