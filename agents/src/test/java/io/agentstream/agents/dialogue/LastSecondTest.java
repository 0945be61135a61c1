package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A caller who answers before the question is asked to its end: people do, and mean it, however short the answer is.
final class LastSecondTest {

    private static final String QUESTION = "You want to have the parcel brought to another address tomorrow, is that right?";

    /// How long "yes" is, and how much later the ear has understood it.
    private static final long YES_MS = 300;
    private static final long UNDERSTOOD_MS = 250;

    private static Dialogue agent(String interruption, String node) {
        return Dialogues.of(
                Json.MAPPER.readTree("""
                        {"engine": "cascade",
                         "settings": {"interruption": %s},
                         "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                                      "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
                         "start": "start",
                         "nodes": {"start": %s, "end": {"type": "hangup", "say": "Goodbye.", "outcome": "done"}}}""".formatted(interruption, node)),
                Json.MAPPER.readTree("{}"));
    }

    private static Dialogue talks(String interruption) {
        return agent(interruption, "{\"type\": \"agent\", \"say\": \"" + QUESTION + "\", \"prompt\": \"Be kind.\"}");
    }

    /// @param atMs when "yes" begins, from the line's beginning; negative: from its end
    /// @param ended whether the ear says by itself that it has understood all
    private static World yes(Dialogue agent, long atMs, boolean ended) {
        PoliteServices services = new PoliteServices(request -> Thought.of("It will be brought there."));
        World world = new World(agent, services, TakeOver.NEVER);
        boolean[] asks = {false};
        boolean[] done = {false};
        world.watcher = effect -> {
            asks[0] |= effect instanceof Speak speak && speak.text().equals(QUESTION);
            if (!done[0] && asks[0] && effect instanceof ConversationEffect.Play) {
                done[0] = true;
                say(world, services, atMs < 0 ? QUESTION.length() * PoliteServices.CHAR_MS + atMs : atMs, ended);
            }
        };
        return world.run(15_000);
    }

    private static void say(World world, PoliteServices services, long atMs, boolean ended) {
        world.phone(atMs + 160, () -> {
            services.said = ended ? "" : "Yes.";
            give(world, new SpeechStarted(160));
        });
        world.phone(atMs + YES_MS + 200, () -> give(world, new SpeechStopped(YES_MS, 200)));
        world.phone(atMs + YES_MS + UNDERSTOOD_MS, () -> {
            if (ended) {
                give(world, new WordsHeard(services.ear, "Yes."));
                give(world, new WordsEnded(services.ear, "Yes."));
            }
        });
    }

    private static void give(World world, ConversationInput input) {
        if (!world.state.isOver()) {
            world.give(input);
        }
    }

    private static List<String> understood(World world) {
        return world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"by\": \"speech\"}              | -500 | true",
        "{\"by\": \"speech\"}              | -500 | false",
        "{\"by\": \"speech\", \"ms\": 1500} | -800 | true",
        "{\"by\": \"speech\", \"ms\": 1500} | -800 | false",
        "{\"by\": \"words\", \"words\": 1}  | -800 | true",
        "{\"by\": \"words\", \"words\": 3}  | -800 | true",
        "{\"by\": \"words\", \"words\": 3}  | -800 | false",
        "{\"by\": \"off\"}                 | -800 | true",
        "{\"by\": \"off\"}                 | -800 | false",
        "{\"by\": \"off\"}                 | -500 | true"
    })
    void aYesToAnAgentsQuestionIsAnsweredWhateverInterrupts(String interruption, long atMs, boolean ended) {
        World world = yes(talks(interruption), atMs, ended);

        assertEquals(List.of("Yes."), understood(world));
        assertTrue(Story.spoken(world).contains("It will be brought there."), () -> Story.spoken(world).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"by\": \"speech\"}              | true",
        "{\"by\": \"words\", \"words\": 3}  | true",
        "{\"by\": \"words\", \"words\": 3}  | false",
        "{\"by\": \"off\"}                 | true",
        "{\"by\": \"off\"}                 | false"
    })
    void soIsAYesToAYesNoQuestion(String interruption, boolean ended) {
        Dialogue gathers = agent(interruption, """
                {"type": "gather", "say": "%s", "edges": [{"on": "intent", "intent": "yes", "words": ["yes"], "go": "end"}]}""".formatted(QUESTION));

        World world = yes(gathers, -800, ended);

        assertEquals(List.of("Yes."), understood(world));
        assertEquals(List.of("start", "end"), Story.nodes(world));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"by\": \"speech\"}             | true",
        "{\"by\": \"words\", \"words\": 3} | true",
        "{\"by\": \"words\", \"words\": 3} | false",
        "{\"by\": \"off\"}                | true",
        "{\"by\": \"off\"}                | false"
    })
    void inTheMiddleOfTheLineItSaysOnlyThatSomebodyListens(String interruption, boolean ended) {
        assertEquals(List.of(), understood(yes(talks(interruption), 1_000, ended)));
    }

    @Test
    void whatWasSaidInTheMiddleIsNoPartOfTheAnswerBehindIt() {
        PoliteServices services = new PoliteServices(request -> Thought.of("It will be brought there."));
        World world = new World(talks("{\"by\": \"off\"}"), services, TakeOver.NEVER);
        boolean[] done = {false};
        world.caller = new Caller(services, "To my office.");
        world.watcher = effect -> {
            if (!done[0] && effect instanceof ConversationEffect.Play) {
                done[0] = true;
                say(world, services, 1_000, true);
            }
        };

        assertEquals(List.of("To my office."), understood(world.run(15_000)));
    }
}
