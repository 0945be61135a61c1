package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Transfer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The caller is given to somebody who is told first what it is about.
class WarmTransferringTest {

    private static final String SUMMARY = "Ada has smoke in room four. ";

    private static Story desk(String more) {
        return Story.of("""
                "settings": {"language": "de-DE"}, "variables": {"desk": "+15550131"},
                "nodes": {
                  "start": {"type": "say", "say": "Hello.", "next": "desk"},
                  "desk": {"type": "transfer", "kind": "warm", "to": "{{desk}}", "ring_ms": 20000, "say": "Please hold on.", %s "on_failure": "nobody"},
                  "nobody": {"type": "hangup", "say": "It was {{transfer_result}}."}}""".formatted(more));
    }

    private static JsonNode told(World world) {
        return world.told(Fact.TransferAsked.class).getFirst().arguments();
    }

    private static List<String> keys(World world) {
        return world.told(Fact.TransferAsked.class).stream().map(Fact.TransferAsked::key).distinct().toList();
    }

    @Test
    void theOtherSideIsToldWhatTheDefinitionSaysInTheAgentsLanguage() throws Exception {
        World world = desk("\"summary\": \"Ein Anruf von {{caller_number}}.\",")
                .alike(each -> List.of(Story.outcome(each), keys(each), told(each), each.told(Fact.HungUp.class)));

        assertEquals("+15550131", told(world).path("to").asString());
        assertEquals("Ein Anruf von 1 5 5 5 0 1 0 0.", told(world).path("summary").asString());
        assertTrue(told(world).path("question").asString().startsWith("Drücken Sie die 1"), told(world)::toString);
        assertEquals("de-DE", told(world).path("language").asString());
        assertEquals(60_000, told(world).path("answer_ms").asInt());
        assertEquals(List.of("Hello.", "Please hold on."), Story.spoken(world).subList(0, 2));
        assertEquals(new Fact.HungUp(End.TRANSFERRED), world.told(Fact.HungUp.class).getLast());
    }

    @Test
    void whatTheOtherSideDidIsKnownToTheAgentThatKeepsItsCaller() {
        for (Transfer how : List.of(Transfer.BUSY, Transfer.NO_ANSWER, Transfer.REFUSED, Transfer.FAILED)) {
            Story story = desk("\"summary\": \"A call.\",");
            PoliteServices services = story.services();
            services.transfer = how;

            World world = story.play(services, TakeOver.NEVER);

            assertEquals("It was " + how.name().toLowerCase(Locale.ROOT) + ".", Story.spoken(world).getLast());
        }
    }

    @Test
    void anAnswerThatNeverComesIsWaitedForAsLongAsTheOtherSideMayRingAndListen() {
        Story story = desk("\"summary\": \"A call.\",");
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            public void transfer(World world, Fact.TransferAsked asked) {}
        }, TakeOver.NEVER);

        assertEquals("It was failed.", Story.spoken(world).getLast());
        long lastedMs = world.nowMs - World.T0;
        assertTrue(lastedMs > 80_000 && lastedMs < 120_000, () -> lastedMs + " ms");
    }

    @Test
    void aCallerWhoWaitsLongHearsAgainAndAgainThatSomebodyIsAsked() {
        Story story = Story.of("""
                "settings": {"filler": {"after_ms": 3000, "lines": ["I am still asking."]}},
                "nodes": {"start": {"type": "transfer", "kind": "warm", "to": "+15550131", "ring_ms": 20000, "summary": "A call.", "on_failure": "nobody"},
                          "nobody": {"type": "hangup", "say": "Nobody is there."}}""");
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            public void transfer(World world, Fact.TransferAsked asked) {}
        }, TakeOver.NEVER);

        long said = Story.spoken(world).stream().filter("I am still asking."::equals).count();
        assertTrue(said >= 8 && said <= 14, () -> said + " times in " + (world.nowMs - World.T0) + " ms");
        assertEquals("Nobody is there.", Story.spoken(world).getLast());
    }

    /// What a caller hears who waits for the other side.
    private static List<String> waiting(String settings, String hold) {
        Story story = Story.of(settings + """
                "nodes": {"start": {"type": "transfer", "kind": "warm", "to": "+15550131", "ring_ms": 20000, "summary": "A call.", %s "on_failure": "nobody"},
                          "nobody": {"type": "hangup", "say": "Nobody is there."}}""".formatted(hold));
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            public void transfer(World world, Fact.TransferAsked asked) {}
        }, TakeOver.NEVER);
        return Story.spoken(world);
    }

    @Test
    void aCallerWhoWaitsIsNotLeftInSilence() {
        List<String> heard = waiting("\"settings\": {\"language\": \"de-DE\"}, ", "");

        long said = heard.stream().filter("Ich versuche noch, jemanden zu erreichen. Bitte bleiben Sie am Apparat."::equals).count();
        assertTrue(said >= 5 && said <= 10, heard::toString);
        assertEquals("Nobody is there.", heard.getLast());
    }

    @Test
    void whatATransferSaysToWhoWaitsIsSaidInPlaceOfTheFiller() {
        List<String> heard = waiting(
                "\"settings\": {\"filler\": {\"after_ms\": 3000, \"lines\": [\"Hm.\"]}}, ", "\"hold\": \"I am asking {{caller_number}}.\",");

        assertEquals(List.of(), heard.stream().filter("Hm."::equals).toList());
        long said = heard.stream().filter(each -> each.startsWith("I am asking")).count();
        assertTrue(said >= 5 && said <= 10, heard::toString);
    }

    private static Story tool() {
        return Story.of("""
                "tools": {"person": {"type": "transfer", "kind": "warm", "description": "Connects the caller to a person.", "to": "+15550120"}},
                "nodes": {"start": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["person"], "silence_ms": 4000}}""")
                .with(WarmTransferringTest::clerk);
    }

    private static Thought clerk(BrainRequest request) {
        Remark last = request.history().getLast();
        if (request.tools().isEmpty()) {
            return Thought.of(SUMMARY);
        }
        return switch (last.by()) {
            case CALLER -> new Thought("I ask somebody. ", List.of(new Remark.Use("use-1", "person", "{}")));
            case TOOL -> Thought.of("That was " + last.text() + ".");
            case AGENT -> Thought.of("Hm.");
        };
    }

    @Test
    void theBrainMakesTheSummaryWhichTheCallerDoesNotHearWhoeverHoldsTheCall() throws Exception {
        World world = tool().alike(
                each -> List.of(keys(each), told(each).path("summary").asString(), each.told(Fact.HungUp.class)), "A person, please.");

        assertEquals(SUMMARY.strip(), told(world).path("summary").asString());
        assertFalse(Story.spoken(world).toString().contains("smoke"), () -> Story.spoken(world).toString());
        assertFalse(Story.memory(world).path("history").toString().contains("about to be connected"), "what it was asked is not remembered");
        assertEquals(List.of(new Fact.HungUp(End.TRANSFERRED)), world.told(Fact.HungUp.class));
    }

    @Test
    void whereTheBrainMakesNoneTheOtherSideIsToldWhoCalls() {
        Story story = tool();
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.request().tools().isEmpty()) {
                    answer(world, 200, "", new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(ServiceFailure.Kind.REFUSED)));
                } else {
                    super.think(world, ask);
                }
            }
        }, TakeOver.NEVER, "A person, please.");

        assertEquals("A call from 1 5 5 5 0 1 0 0.", told(world).path("summary").asString());
    }

    @Test
    void aSummaryWithoutEndIsCut() {
        World world = tool().with(request -> request.tools().isEmpty() ? Thought.of("And then. ".repeat(200)) : clerk(request)).play("A person, please.");

        assertTrue(told(world).path("summary").asString().length() <= 700);
    }

    @Test
    void theBrainIsToldThatThePersonDidNotWantToAndGoesOn() throws Exception {
        Story story = tool();
        World world = Ways.leadToTheSame(
                story.agent(), takeOver -> {
                    PoliteServices services = story.services();
                    services.transfer = Transfer.REFUSED;
                    return story.play(services, takeOver, "A person, please.");
                },
                each -> List.of(keys(each), String.join(" ", Story.spoken(each)).contains("refused"), each.hangUps));

        assertTrue(String.join(" ", Story.spoken(world)).contains("That was {\"error\":\"refused\"}"), () -> Story.spoken(world).toString());
    }
}
