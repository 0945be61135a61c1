package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.PlainBrain;
import io.agentstream.worker.service.PlainMouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.SilentUtterance;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What one conversation has found out about a service, the others need not find out again.
final class RestingServicesTest {

    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}],
                          "brain": [{"service": "openai", "model": "first", "key": "b"}, {"service": "anthropic", "model": "second", "key": "c"}]},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help."}}}
            """);

    private long nowMs = 1_000_000;
    private final Set<String> away = new HashSet<>();
    private final Set<String> silent = new HashSet<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final CascadeEngine engine = new CascadeEngine(
            _ -> new Services(), (kind, failure) -> failures.add(kind + " " + failure.kind()), () -> nowMs);

    private final class Services extends NoPorts {

        @Override
        public Brain brain(Service service) {
            return new PlainBrain((request, listener) -> {
                String model = String.valueOf(service.model());
                asked.add(model);
                if (silent.contains(model)) {
                    return () -> { };
                }
                listener.on(away.contains(model)
                        ? new Thought.Failed(new ServiceFailure.Broken("away"), Usage.NONE)
                        : new Thought.Text(model));
                return () -> { };
            });
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            return new PlainMouth(listener -> {
                String how = service.equals(OwnVoice.SERVICE) ? "our own" : settings.voice() + " " + settings.language();
                asked.add(how);
                listener.on(away.contains(how)
                        ? new Spoken.Failed(new ServiceFailure.Refused("no such voice"), Usage.NONE)
                        : new Spoken.Done(Usage.NONE));
                return new SilentUtterance();
            });
        }
    }

    private AgentSession open(long organization, List<Answer> answers) {
        return open(GRAPH, organization, answers);
    }

    private AgentSession open(JsonNode graph, long organization, List<Answer> answers) {
        return engine.open(
                new AgentEngine.Opening(
                        CallId.of(1, 1, 1), organization, graph, Json.MAPPER.readTree("{}"), MediaFormat.MULAW_8K,
                        Dialogues.of(graph, Json.MAPPER.readTree("{}")), null),
                answers::add);
    }

    /// What becomes of speaking with the first mouth of an agent that has this voice, in this language.
    private Answer speak(String voice, String language) {
        return speak(voice, language, 0);
    }

    private Answer speak(String voice, String language, int mouth) {
        ObjectNode graph = (ObjectNode) GRAPH.deepCopy();
        ((ObjectNode) graph.path("services")).set("mouth", Json.MAPPER.readTree(
                "[{\"service\": \"elevenlabs\", \"key\": \"d\"}, {\"service\": \"cartesia\", \"key\": \"e\"}]"));
        graph.putObject("settings").put("voice", voice).put("language", language);
        List<Answer> answers = new ArrayList<>();
        AgentSession session = open(graph, 7, answers);
        session.perform(new Speak(1, 1, mouth, "Hello."));
        session.close();
        return answers.getFirst();
    }

    /// What becomes of asking this brain of the row, in a conversation of its own.
    private Answer ask(long organization, int brain) {
        List<Answer> answers = new ArrayList<>();
        AgentSession session = open(organization, answers);
        session.perform(new AskBrain(1, 1, brain, new BrainRequest("Help.", List.of(), List.of())));
        session.close();
        return answers.getFirst();
    }

    @Test
    void whoIsAwayIsNotAskedByOthersAsLongAsTheNextOneStands() {
        away.add("first");
        assertInstanceOf(BrainFailed.class, ask(7, 0));

        assertInstanceOf(BrainFailed.class, ask(7, 0));
        assertEquals(new BrainSaid(1, 1, "second"), ask(7, 1));
        assertEquals(List.of("first", "second"), asked);
        assertEquals(List.of("BRAIN broken"), failures);
    }

    @Test
    void whatCannotEvenBeAskedHasFailedToo() {
        List<Answer> answers = new ArrayList<>();

        open(7, answers).perform(new OpenEar(1, 0));

        assertEquals(List.of("EAR refused"), failures);
        assertInstanceOf(EarFailed.class, answers.getFirst());
    }

    @Test
    void afterAWhileOneAsksAgainAndWhatComesOfItHoldsForAll() {
        away.add("first");
        ask(7, 0);
        away.clear();
        nowMs += 10_000;

        assertEquals(new BrainSaid(1, 1, "first"), ask(7, 0));
        assertEquals(new BrainSaid(1, 1, "first"), ask(7, 0));
    }

    @Test
    void whereAllAreAwayTheOneThatIsReadySoonestIsAskedAllTheSame() {
        away.addAll(List.of("first", "second"));
        ask(7, 0);
        nowMs += 1;
        ask(7, 1);

        ask(7, 0);

        assertEquals(List.of("first", "second", "first"), asked);
    }

    @Test
    void anotherOrganisationHasKeysOfItsOwnAndFindsOutByItself() {
        away.add("first");
        ask(7, 0);

        ask(8, 0);

        assertEquals(List.of("first", "first"), asked);
    }

    @Test
    void aVoiceThatThereIsNotSaysNothingOfOthers() {
        away.add("nobody en");
        assertInstanceOf(MouthFailed.class, speak("nobody", "en"));
        assertInstanceOf(MouthFailed.class, speak("nobody", "en"));

        assertEquals(new MouthDone(1, 1), speak("somebody", "en"));
        assertEquals(new MouthDone(1, 1), speak("nobody", "de"));
        assertEquals(List.of("nobody en", "somebody en", "nobody de"), asked);
    }

    @Test
    void whoWasNotWaitedForAnyLongerRestsAndIsCounted() {
        // given one that is asked, and says nothing
        silent.add("first");
        List<Answer> answers = new ArrayList<>();
        AgentSession session = open(7, answers);
        session.perform(new AskBrain(1, 1, 0, new BrainRequest("Help.", List.of(), List.of())));

        // when
        session.perform(new StopBrain(1));
        session.perform(new GaveUp(ServiceKind.BRAIN, 0, 11_000));

        // then
        assertEquals(List.of("BRAIN silent"), failures);
        assertInstanceOf(BrainFailed.class, ask(7, 0));
        assertEquals(List.of("first"), asked);
        assertEquals(List.of(), answers);
    }

    @Test
    void whoIsInterruptedHasNotFailed() {
        silent.add("first");
        AgentSession session = open(7, new ArrayList<>());
        session.perform(new AskBrain(1, 1, 0, new BrainRequest("Help.", List.of(), List.of())));

        session.perform(new StopBrain(1));
        silent.clear();

        assertEquals(new BrainSaid(1, 1, "first"), ask(7, 0));
        assertEquals(List.of(), failures);
    }

    @Test
    void whoIsLeftBecauseNothingComesOfItIsCountedAndStands() {
        open(7, new ArrayList<>()).perform(new GaveUp(ServiceKind.BRAIN, 0, 0));

        assertEquals(List.of("BRAIN empty"), failures);
        assertEquals(new BrainSaid(1, 1, "first"), ask(7, 0));
    }

    @Test
    void behindTheLastMouthIsOneOfOurOwnWithAVoiceOfItsOwn() {
        assertEquals(new MouthDone(1, 1), speak("somebody", "en", 2));
        assertEquals(List.of("our own"), asked);
    }
}
