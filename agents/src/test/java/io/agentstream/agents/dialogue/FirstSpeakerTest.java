package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who speaks first: the agent, unless the definition leaves that to the caller.
final class FirstSpeakerTest {

    private static final String QUESTION = "I have a question.";
    private static final String ANSWER = "I am all ears.";
    private static final String NODES = "\"nodes\": {\"start\": {\"type\": \"agent\", \"prompt\": \"Be kind.\"}}";
    private static final String CALLER = "\"settings\": {\"first_speaker\": \"caller\", \"idle\": {\"prompts\": [\"Is somebody there?\"]}, \"farewell\": \"Goodbye.\"}, ";

    private static Story story(String settings, String nodes) {
        return Story.of(settings + nodes).with(request -> Thought.of(request.history().isEmpty() ? "Hello there." : ANSWER));
    }

    /// Whose turns there were, two of the same in a row being one.
    private static List<Party> turns(World world) {
        List<Party> by = world.told(Fact.TurnStarted.class).stream().map(Fact.TurnStarted::by).toList();
        return by.subList(0, Math.min(2, by.size()));
    }

    private static Object first(World world) {
        return turns(world).getFirst();
    }

    @Test
    void theAgentDoesWithWhatItsBrainMakes() throws Exception {
        World world = story("", NODES).alike(FirstSpeakerTest::first, QUESTION);

        assertEquals(List.of(Party.AGENT, Party.CALLER), turns(world));
        assertEquals(List.of("Hello there.", ANSWER), Story.spoken(world).subList(0, 2));
    }

    @Test
    void whereTheCallerDoesTheAgentSaysNothingBefore() throws Exception {
        World world = story(CALLER, NODES).alike(FirstSpeakerTest::first, QUESTION);

        assertEquals(List.of(Party.CALLER, Party.AGENT), turns(world));
        assertEquals(ANSWER, Story.spoken(world).getFirst());
    }

    @Test
    void aCallerWhoDoesNotIsAskedWhetherSomebodyIsThere() {
        assertEquals(List.of("Is somebody there?", "Goodbye."), Story.spoken(story(CALLER, NODES).play()));
    }

    @Test
    void aLineOfTheFirstNodeIsSaidAllTheSame() {
        World world = story(CALLER, NODES.replace("\"prompt\"", "\"say\": \"You called Acme.\", \"prompt\"")).play(QUESTION);

        assertTrue(Story.spoken(world).getFirst().equals("You called Acme."), () -> Story.spoken(world).toString());
        assertEquals(Party.AGENT, first(world));
    }
}
