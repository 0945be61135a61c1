package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Transfer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A node in which a brain talks is left when a condition holds by what its tools have done, or when the brain says that it is done.
class LeavingTheBrainTest {

    private static final String REST = """
            "known": {"type": "hangup", "say": "I know you."}, "next": {"type": "hangup", "say": "What else?"}}""";

    private static Story story(String tool, String more) {
        return Story.of("""
                "settings": {"farewell": "Goodbye then."}, "tools": {"tool": %s},
                "nodes": {"start": {"type": "agent", "prompt": "Ask.", "say": "Who are you?", "tools": ["tool"], "silence_ms": 4000, %s},
                """.formatted(tool, more) + REST);
    }

    private static final String SET = """
            {"type": "set_variable", "description": "Notes who it is.", "variables": {"who": {"type": "string", "description": "The name."}}}""";

    private static final String HTTP = """
            {"type": "http", "description": "Looks who it is.", "url": "https://example.com/who", "into": "who"}""";

    private static final String PERSON = """
            {"type": "transfer", "description": "Connects to a person.", "to": "+15550120"}""";

    private static final String EDGE = "\"edges\": [{\"on\": \"condition\", \"if\": \"%s\", \"go\": \"known\"}]";

    private static Thought uses(BrainRequest request, String tool, String arguments) {
        return request.history().getLast().by() == Remark.By.CALLER
                ? new Thought("One moment. ", List.of(new Remark.Use("use-1", tool, arguments)))
                : Thought.of("Tell me more.");
    }

    private static List<Object> ended(World world) {
        return List.of(Story.outcome(world), Story.spoken(world).getLast());
    }

    @Test
    void aVariableThatTheBrainSetsLeadsOn() throws Exception {
        World world = story(SET, EDGE.formatted("who == 'Anna'"))
                .with(request -> uses(request, "tool", "{\"who\":\"Anna\"}"))
                .alike(LeavingTheBrainTest::ended, "I am Anna.");

        assertEquals("I know you.", Story.spoken(world).getLast());
        assertTrue(Story.spoken(world).contains("One moment."), "what the brain has said is heard before");
    }

    @Test
    void aVariableThatFitsNoConditionLeavesTheTalkToTheBrain() {
        World world = story(SET, EDGE.formatted("who == 'Anna'"))
                .with(request -> uses(request, "tool", "{\"who\":\"Berta\"}"))
                .play("I am Berta.");

        assertFalse(Story.spoken(world).contains("I know you."));
        assertTrue(Story.spoken(world).contains("Tell me more."));
    }

    @Test
    void whatAToolIsAnsweredLeadsOn() throws Exception {
        World world = story(HTTP, EDGE.formatted("who.name == 'Anna'"))
                .with(request -> uses(request, "tool", "{}"))
                .with(Map.of("tool", "{\"name\":\"Anna\"}"))
                .alike(LeavingTheBrainTest::ended, "It is me.");

        assertEquals("I know you.", Story.spoken(world).getLast());
    }

    @Test
    void aTransferThatFailedLeadsOn() {
        Story story = story(PERSON, EDGE.formatted("transfer_result == 'busy'")).with(request -> uses(request, "tool", "{}"));
        PoliteServices services = story.services();
        services.transfer = Transfer.BUSY;

        World world = story.play(services, TakeOver.NEVER, "A person, please.");

        assertEquals("I know you.", Story.spoken(world).getLast());
    }

    @Test
    void aBrainThatSaysThatItIsDoneLeadsOn() throws Exception {
        World world = story(SET, "\"next\": \"next\"")
                .with(request -> uses(request, "go_on_to_next", "{}"))
                .alike(LeavingTheBrainTest::ended, "That is all.");

        assertEquals("What else?", Story.spoken(world).getLast());
    }

    @Test
    void aBrainOfANodeThatLeadsNowhereIsNotOfferedToGoOn() {
        World world = story(SET, EDGE.formatted("who")).with(request -> {
            assertTrue(request.tools().stream().noneMatch(offer -> offer.name().startsWith("go_on_to_")));
            return uses(request, "go_on_to_next", "{}");
        }).play("That is all.");

        assertTrue(Story.spoken(world).contains("Tell me more."));
    }
}
