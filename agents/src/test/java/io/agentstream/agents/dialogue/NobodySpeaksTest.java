package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.conversation.ServiceFailure.Kind;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// No mouth can say a text, and not even the voice that needs no service: what does not hang on it happens all the same.
final class NobodySpeaksTest {

    private static final String TRANSFER = """
            "settings": {"trouble": {"say": "I am sorry.", "go": "person"}},
            "nodes": {"start": {"type": "agent", "say": "Hello.", "prompt": "Help."},
                      "person": {"type": "transfer", "say": "I put you through.", "to": "+15550130", "on_failure": "nobody"},
                      "nobody": {"type": "hangup", "say": "Nobody is there."}}""";

    private static PoliteServices mute(Predicate<Speak> refuses) {
        return new PoliteServices(request -> Thought.of("You are welcome.")) {
            @Override
            void speak(World world, Speak speak) {
                if (refuses.test(speak)) {
                    answer(world, 50, "", new MouthFailed(speak.turn(), speak.number(), new ServiceFailure(Kind.REFUSED)));
                } else {
                    super.speak(world, speak);
                }
            }
        };
    }

    @Test
    void aTransferThatNobodyCanAnnounceIsAskedForAllTheSame() {
        World world = Story.of(TRANSFER).play(mute(speak -> !speak.text().equals("Hello.")), TakeOver.NEVER, "Thank you.");

        assertEquals(List.of("Hello.", "You are welcome.", "You are welcome.", "I put you through."), Story.spoken(world));
        assertEquals(1, world.told(Fact.TransferAsked.class).size());
        assertEquals(End.TRANSFERRED, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void anEndThatWasToComeComesWithoutItsWords() {
        World world = Story.of("\"nodes\": {\"start\": {\"type\": \"hangup\", \"say\": \"Goodbye.\"}}").play(mute(speak -> true), TakeOver.NEVER);

        assertEquals(List.of("Goodbye.", "Goodbye.", "Goodbye."), Story.spoken(world));
        assertEquals(End.AGENT_HANGUP, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void anApologyThatNobodyHearsIsAFailureOfOurs() {
        World world = Story.of("\"nodes\": {\"start\": {\"type\": \"agent\", \"say\": \"Hello.\", \"prompt\": \"Help.\"}}").play(mute(speak -> true), TakeOver.NEVER);

        assertEquals(new HangUp(Failure.INTERNAL_ERROR), world.wanted(HangUp.class).getLast());
    }

    /// What the worker before had begun to say is left as all else is: that more of it was heard takes nothing from the apology.
    @Test
    void anApologyIsSaidAlsoWhereMoreWasHeardOfWhatTheWorkerBeforeHadBegun() {
        // given a line of which it is known how long it is, and a worker that has no mouth for it
        Story story = Story.of("""
                "settings": {"trouble": {"say": "I am sorry."}},
                "nodes": {"start": {"type": "agent", "say": "The shop is open from nine to six.", "prompt": "Help."}}""");
        int[] said = {0};
        boolean[] heard = {false};
        World plain = world(story, TakeOver.NEVER, said, heard);
        plain.run(20_000);

        // when
        World world = world(story, new TakeOver(said[0], true), said, heard);
        world.run(20_000);

        // then
        assertEquals(1, world.takeOvers);
        assertEquals(true, heard[0]);
        assertEquals("I am sorry.", world.told(Fact.Said.class).getLast().text());
        assertEquals(End.AGENT_HANGUP, world.told(Fact.HungUp.class).getLast().end());
    }

    private static World world(Story story, TakeOver takeOver, int[] said, boolean[] heard) {
        World[] now = new World[1];
        PoliteServices services = mute(speak -> now[0].takeOvers > 0 && speak.mouth() < 2);
        World world = new World(story.agent(), services, takeOver);
        now[0] = world;
        world.watcher = effect -> {
            if (said[0] == 0 && effect instanceof ConversationEffect.AskForMark) {
                said[0] = world.steps + 1;
            }
            if (!heard[0] && effect instanceof Speak speak && speak.text().equals("I am sorry.")) {
                heard[0] = true;
                world.phone(20, () -> world.give(new Played(speak.turn() - 1, 60_000, true)));
            }
        };
        return world;
    }
}
