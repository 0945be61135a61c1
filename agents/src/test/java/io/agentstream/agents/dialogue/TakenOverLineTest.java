package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A worker dies while the agent speaks: the next one goes on behind the last sentence that was heard to its end.
final class TakenOverLineTest {

    private static final String FIRST = "The shop is open from nine to six.";
    private static final String SECOND = "On Saturday it closes at one.";
    private static final String THIRD = "On Sunday nobody is there.";

    /// How long the first sentence sounds.
    private static final long FIRST_MS = (long) FIRST.length() * PoliteServices.CHAR_MS;

    private final Dialogue agent = Dialogues.of(Json.MAPPER.readTree(CascadeDialogueTest.GRAPH), Json.MAPPER.readTree("{}"));
    private int stepsWhenHeard;

    /// The agent answers, and the gateway tells once how much was heard of that.
    private World play(long heardMs, TakeOver takeOver) {
        PoliteServices services = new PoliteServices(request -> Thought.of(FIRST + " " + SECOND + " " + THIRD));
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, "When are you open?");
        boolean[] tells = {false};
        world.watcher = effect -> {
            if (!tells[0] && effect instanceof Speak speak && speak.text().equals(THIRD)) {
                tells[0] = true;
                int turn = speak.turn();
                world.phone(heardMs, () -> {
                    world.give(new Played(turn, heardMs, false));
                    stepsWhenHeard = world.steps;
                });
            }
        };
        return world.run(60_000);
    }

    /// What of the answer is spoken by the worker that takes over, from what the dead one had saved.
    private List<String> spokenAgain(long heardMs) {
        play(heardMs, TakeOver.NEVER);
        World world = play(heardMs, new TakeOver(stepsWhenHeard, false));

        assertEquals(1, world.takeOvers);
        int resumed = world.effects.indexOf(new ConversationEffect.Tell(new Fact.Resumed(1_000)));
        return world.effects.subList(resumed, world.effects.size()).stream()
                .filter(Speak.class::isInstance)
                .map(each -> ((Speak) each).text())
                .filter(List.of(FIRST, SECOND, THIRD)::contains)
                .toList();
    }

    @Test
    void aSentenceThatWasHeardIsNotSaidAgain() {
        assertEquals(List.of(SECOND, THIRD), spokenAgain(FIRST_MS + 500));
    }

    @Test
    void aSentenceThatWasNotHeardToItsEndIsSaidAgain() {
        assertEquals(List.of(FIRST, SECOND, THIRD), spokenAgain(FIRST_MS - 500));
    }
}
