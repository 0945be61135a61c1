package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Transfer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// The caller is given to somebody else.
class TransferringTest {

    private static Story desk(String say, String more) {
        return Story.of("""
                "variables": {"desk": "+15550130"},
                "nodes": {
                  "start": {"type": "say", "say": "Hello.", "next": "desk"},
                  "desk": {"type": "transfer", "to": "{{desk}}", "ring_ms": 20000, %s %s "on_failure": "nobody", "outcome": "handed_over"},
                  "kept": {"type": "set", "set": {"done": true}, "next": "end"}, "end": {"type": "hangup"},
                  "nobody": {"type": "hangup", "say": "Nobody is there. Goodbye."}}""".formatted(say, more));
    }

    private static final String LINE = "\"say\": \"I put you through.\",";

    private static List<String> keys(World world) {
        return world.told(Fact.TransferAsked.class).stream().map(Fact.TransferAsked::key).distinct().toList();
    }

    @Test
    void theCallerHearsTheLineAndIsGivenAwayOnceWhoeverHoldsTheCall() throws Exception {
        World world = desk(LINE, "").alike(each -> List.of(Story.outcome(each), keys(each), each.told(Fact.HungUp.class)));

        assertEquals(List.of("Hello.", "I put you through."), Story.spoken(world));
        Fact.TransferAsked asked = world.told(Fact.TransferAsked.class).getFirst();
        assertEquals("{\"to\":\"+15550130\",\"ring_ms\":20000}", asked.arguments().toString());
        assertFalse(asked.toString().contains("555"));
        assertTrue(world.facts.indexOf(asked) > world.facts.indexOf(world.told(Fact.Said.class).get(1)), "asked once the line was heard");
        assertEquals(List.of(new Fact.HungUp(End.TRANSFERRED)), world.told(Fact.HungUp.class));
        assertEquals(new HangUp(null, End.TRANSFERRED), world.wanted(HangUp.class).getLast());
    }

    @Test
    void withoutALineItIsAskedForAtOnce() throws Exception {
        World world = desk("", "").alike(each -> List.of(Story.outcome(each), keys(each), each.told(Fact.HungUp.class)));

        assertEquals(List.of("Hello."), Story.spoken(world));
        assertEquals(1, keys(world).size());
    }

    @Test
    void whatFollowsASuccessIsDoneThoughNobodyHearsIt() {
        World world = desk(LINE, "\"on_success\": \"kept\",").play();

        assertTrue(Story.variables(world).path("done").asBoolean());
        assertEquals(new Fact.HungUp(End.TRANSFERRED), world.told(Fact.HungUp.class).getLast());
    }

    private static World ends(Story story, Transfer how, TakeOver takeOver, String... acts) {
        PoliteServices services = story.services();
        services.transfer = how;
        return story.play(services, takeOver, acts);
    }

    @Test
    void aTransferThatFailsTakesItsWayWhoeverHoldsTheCall() throws Exception {
        Story story = desk(LINE, "");
        for (Transfer how : List.of(Transfer.BUSY, Transfer.NO_ANSWER, Transfer.REFUSED, Transfer.FAILED)) {
            World world = Ways.leadToTheSame(story.agent(), takeOver -> ends(story, how, takeOver), each -> List.of(Story.outcome(each), keys(each)));

            assertEquals("Goodbye.", Story.spoken(world).getLast());
            assertEquals(how.name().toLowerCase(Locale.ROOT), Story.variables(world).path("transfer_result").asString());
            assertEquals(new Fact.HungUp(End.AGENT_HANGUP), world.told(Fact.HungUp.class).getLast());
        }
    }

    @Test
    void aTransferOfWhichNobodySaysHowItEndedIsNotWaitedForWithoutEnd() {
        Story story = desk(LINE, "");
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            public void transfer(World world, Fact.TransferAsked asked) {}
        }, TakeOver.NEVER);

        assertEquals("Goodbye.", Story.spoken(world).getLast());
        assertTrue(world.nowMs - World.T0 < 60_000);
    }

    @Test
    void whoeverTalksWhileItRingsDoesNotStopIt() {
        Story story = desk("", "");
        World world = new World(story.agent(), story.services(), TakeOver.NEVER);
        world.phone(4_000, () -> world.give(new ConversationInput.SpeechStarted(0)));
        world.phone(5_000, () -> world.give(new ConversationInput.SpeechStopped(900, 100)));
        world.phone(6_000, () -> world.give(new ConversationInput.DigitPressed('1')));
        world.run(60_000);

        assertEquals(new Fact.HungUp(End.TRANSFERRED), world.told(Fact.HungUp.class).getLast());
    }

    @Test
    void aNumberThatIsNotThereIsAFailureOfWhichNobodyIsAsked() {
        World world = Story.of("""
                "nodes": {"start": {"type": "transfer", "to": "{{nothing}}", "on_failure": "nobody"},
                          "nobody": {"type": "hangup", "say": "Nobody is there."}}""").play();

        assertEquals(List.of(), world.told(Fact.TransferAsked.class));
        assertEquals("Nobody is there.", Story.spoken(world).getLast());
    }

    private static Story tool(String more) {
        return Story.of("""
                "settings": {"farewell": "Goodbye then."},
                "tools": {"person": {"type": "transfer", "description": "Connects the caller to a person.", %s "to": "+15550120", "ring_ms": 20000}},
                "nodes": {"start": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["person"], "silence_ms": 4000},
                          "nobody": {"type": "hangup", "say": "Nobody is there."}}""".formatted(more)).with(TransferringTest::clerk);
    }

    private static Thought clerk(BrainRequest request) {
        Remark last = request.history().getLast();
        return switch (last.by()) {
            case CALLER -> new Thought("I connect you. ", List.of(new Remark.Use("use-1", "person", "{}")));
            case TOOL -> Thought.of("That was " + last.text() + ".");
            case AGENT -> Thought.of("Hm.");
        };
    }

    @Test
    void theBrainGivesTheCallerAwayWhenItHasSaidSo() throws Exception {
        World world = tool("").alike(each -> List.of(keys(each), each.told(Fact.HungUp.class), each.hangUps), "A person, please.");

        assertEquals(List.of(new Fact.HungUp(End.TRANSFERRED)), world.told(Fact.HungUp.class));
        Fact.TransferAsked asked = world.told(Fact.TransferAsked.class).getFirst();
        Fact.Said said = world.told(Fact.Said.class).stream().filter(each -> each.text().equals("I connect you.")).findFirst().orElseThrow();
        assertTrue(world.facts.indexOf(asked) > world.facts.indexOf(said));
    }

    @Test
    void theBrainIsToldWhenNobodyIsThereAndGoesOn() throws Exception {
        Story story = tool("");
        World world = Ways.leadToTheSame(
                story.agent(), takeOver -> ends(story, Transfer.BUSY, takeOver, "A person, please."),
                each -> List.of(keys(each), String.join(" ", Story.spoken(each)).contains("busy"), each.hangUps));

        assertTrue(String.join(" ", Story.spoken(world)).contains("That was {\"error\":\"busy\"}"), () -> Story.spoken(world).toString());
    }

    @Test
    void aToolsTransferThatFailsTakesItsWay() {
        World world = ends(tool("\"on_failure\": \"nobody\","), Transfer.NO_ANSWER, TakeOver.NEVER, "A person, please.");

        assertEquals("Nobody is there.", Story.spoken(world).getLast());
    }

    @Test
    void whoInterruptsBeforeAnybodyIsAskedIsNotGivenAway() {
        // given a caller who changes their mind while the agent says that it connects them
        Story story = tool("").with(request -> request.history().getLast().text().contains("person")
                ? new Thought("I connect you to somebody who knows everything about that matter. ", List.of(new Remark.Use("use-1", "person", "{}")))
                : Thought.of("As you like."));
        PoliteServices services = story.services();
        World world = new World(story.agent(), services, TakeOver.NEVER);
        world.caller = new Caller(services, "A person, please.");
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof Play play && play.turn() > 1) {
                done[0] = true;
                world.phone(800, () -> {
                    services.said = "No, never mind.";
                    world.give(new ConversationInput.SpeechStarted(0));
                });
                world.phone(1_800, () -> world.give(new ConversationInput.SpeechStopped(500, 500)));
            }
        };
        world.run(30_000);

        assertEquals(List.of(), world.told(Fact.TransferAsked.class));
        assertTrue(Story.spoken(world).contains("As you like."));
    }
}
