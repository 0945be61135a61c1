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

    private static final Dialogue AGENT = dialogue(CascadeDialogueTest.GRAPH);

    /// Says by itself what the agent answers.
    private static final Dialogue SCRIPT = dialogue("""
            {"engine": "scripted", "start": "hours", "nodes": {
              "hours": {"say": "%s %s %s", "on_digit": {"1": "hours"}}}}""".formatted(FIRST, SECOND, THIRD));
    private static final Dialogue NODE = dialogue("""
            {"engine": "cascade", "services": {"mouth": [{"service": "offline"}]}, "start": "hours", "nodes": {
              "hours": {"type": "say", "say": "%s %s %s", "next": "end"}, "end": {"type": "hangup", "say": "Goodbye."}}}"""
            .formatted(FIRST, SECOND, THIRD));

    private int stepsWhenHeard;

    private static Dialogue dialogue(String definition) {
        return Dialogues.of(Json.MAPPER.readTree(definition), Json.MAPPER.readTree("{}"));
    }

    /// The agent answers, and the gateway tells once how much was heard of that.
    private World play(Dialogue agent, long heardMs, TakeOver takeOver) {
        PoliteServices services = new PoliteServices(request -> Thought.of(FIRST + " " + SECOND + " " + THIRD));
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, "When are you open?");
        boolean[] tells = {false};
        world.watcher = effect -> {
            if (!tells[0] && effect instanceof Speak speak && speak.text().endsWith(THIRD)) {
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
    private List<String> spokenAgain(Dialogue agent, long heardMs) {
        play(agent, heardMs, TakeOver.NEVER);
        World world = play(agent, heardMs, new TakeOver(stepsWhenHeard, false));

        assertEquals(1, world.takeOvers);
        int resumed = world.effects.indexOf(new ConversationEffect.Tell(new Fact.Resumed(1_000)));
        return world.effects.subList(resumed, world.effects.size()).stream()
                .filter(Speak.class::isInstance)
                .flatMap(each -> Sentences.all(((Speak) each).text()).stream())
                .filter(List.of(FIRST, SECOND, THIRD)::contains)
                .toList();
    }

    @Test
    void aSentenceThatWasHeardIsNotSaidAgain() {
        for (Dialogue agent : List.of(AGENT, SCRIPT, NODE)) {
            assertEquals(List.of(SECOND, THIRD), spokenAgain(agent, FIRST_MS + 500), agent::toString);
        }
    }

    @Test
    void aSentenceThatWasNotHeardToItsEndIsSaidAgain() {
        for (Dialogue agent : List.of(AGENT, SCRIPT, NODE)) {
            assertEquals(List.of(FIRST, SECOND, THIRD), spokenAgain(agent, FIRST_MS - 500), agent::toString);
        }
    }

    @Test
    void aScriptThatWasHeardToItsEndLeadsOn() {
        assertEquals(List.of(), spokenAgain(SCRIPT, (FIRST.length() + SECOND.length() + THIRD.length() + 2L) * PoliteServices.CHAR_MS));
    }

    private static List<String> texts(String line, long audioMs, boolean isWhole, long heardMs) {
        return Unheard.texts(Unheard.of(line, audioMs, isWhole, heardMs));
    }

    /// Of a line that is still being made it is not known how long it will be.
    @Test
    void whatIsHeardOfALineThatIsStillBeingMadeIsNotTakenForMoreThanItIs() {
        String line = FIRST + " " + SECOND;

        assertEquals(List.of(FIRST, SECOND), texts(line, 1_000, false, 900));
        assertEquals(List.of(SECOND), texts(line, (line.length() + 1L) * PoliteServices.CHAR_MS, true, FIRST_MS + 100));
        assertEquals(List.of(), texts(line, 4_000, true, 4_000));
    }
}
