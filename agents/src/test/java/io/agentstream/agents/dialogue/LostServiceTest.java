package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A service of speech that is lost, whatever it was doing: the next one goes on, and knows what was said and done.
class LostServiceTest {

    private static final ServiceFailure GONE = new ServiceFailure(ServiceFailure.Kind.REFUSED);

    private static World play(PoliteServices services, String... acts) {
        return play(RealtimeDialogueTest.GRAPH, services, acts);
    }

    private static World play(String graph, PoliteServices services, String... acts) {
        World world = new World(
                Dialogues.of(Json.MAPPER.readTree(graph), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}")), services, TakeOver.NEVER);
        world.caller = new Caller(services, acts);
        return world.run(120_000);
    }

    private static EarFailed first() {
        return new EarFailed(1, GONE);
    }

    private static List<Remark> known(World world) {
        return world.wanted(OpenSpeech.class).getLast().request().history();
    }

    @Test
    void whoGoesOnKnowsTheToolThatIsBeingUsed() {
        // given one that is lost while the tool is at it
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void use(World world, CallTool call) {
                answer(world, 100, "", first());
                super.use(world, call);
            }
        };

        // when
        World world = play(services, "Where is my order?");

        // then it is told of the use, and nothing is done twice
        assertEquals(List.of(0, 1), world.wanted(OpenSpeech.class).stream().map(OpenSpeech::service).toList());
        assertTrue(known(world).stream().anyMatch(remark -> remark.uses().stream().anyMatch(use -> use.id().equals("use-1"))), known(world).toString());
        assertEquals(1, world.wanted(CallTool.class).size());
        assertEquals(1, world.wanted(AskBrain.class).getLast().brain());
    }

    @Test
    void whoSaysTheLineOfAToolKnowsTheToolThatIsBeingUsed() {
        // given one that is lost before it has said anything of the line, and a tool that takes longer
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                if (speak.mouth() == 0 && speak.text().startsWith("One moment")) {
                    answer(world, 50, "", first());
                } else {
                    super.speak(world, speak);
                }
            }
        };

        // when
        World world = play(RealtimeDialogueTest.GRAPH.replace("\"into\": \"order\"", "\"into\": \"order\", \"say\": \"One moment, please.\""), services,
                "Where is my order?");

        // then
        List<Remark> known = known(world);
        assertTrue(known.stream().anyMatch(remark -> remark.uses().stream().anyMatch(use -> use.id().equals("use-1"))), known.toString());
        assertEquals(Running.STILL, known.getLast().text());
        assertEquals(1, world.wanted(CallTool.class).size());
    }

    @Test
    void whoGoesOnKnowsWhatWasBeingHeardWhenTheOtherWasLost() {
        // given one that is lost when it has made all of an answer, and the caller still hears it
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                super.think(world, ask);
                answer(world, 900, "", first());
            }
        };

        // when
        World world = play(services, "I have a question.", "Another one.");

        // then it is opened before it hears the next turn
        assertEquals(Remark.agent("You said I have a question. I see.", List.of()), known(world).getLast());
        OpenSpeech second = world.wanted(OpenSpeech.class).getLast();
        HearTurn heard = world.wanted(HearTurn.class).getLast();
        assertEquals(1, second.service());
        assertTrue(world.effects.indexOf(second) < world.effects.indexOf(heard));
        assertTrue(world.told(Fact.Said.class).stream().anyMatch(said -> said.text().equals("You said Another one. I see.")));
    }

    @Test
    void oneThatIsLostWithinAnAnswerIsAskedNothingAnyMore() {
        // given one that is lost when it has said the first words
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.brain() == 0) {
                    answer(world, 200, "", new BrainSpoke(ask.turn(), ask.number(), "You said ", Slice.of(new byte[4_000])));
                    answer(world, 250, "", first());
                } else {
                    super.think(world, ask);
                }
            }
        };

        // when
        World world = play(services, "I have a question.", "Another one.");

        // then
        assertEquals(List.of(0, 1), world.wanted(AskBrain.class).stream().map(AskBrain::brain).toList());
        assertEquals(2, world.wanted(OpenSpeech.class).size());
    }

    @Test
    void aTurnWithinWhichOneIsLostIsToldTheNextAsOneWithoutWords() {
        // given one that is lost while the caller speaks
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                super.perform(world, effect);
                if (effect instanceof HearTurn) {
                    answer(world, 1, "", first());
                }
            }
        };

        // when
        World world = play(services, "I have a question.");

        // then
        assertEquals(Remark.caller(Living.unworded(2)), known(world).getLast());
        assertTrue(world.effects.indexOf(world.wanted(FinishHearing.class).getFirst())
                < world.effects.indexOf(world.wanted(OpenSpeech.class).getLast()));
    }

    @Test
    void whereTheLastIsLostBehindALineNobodyIsAskedForTheAnswer() {
        // given an agent of one service, which is lost within the line of its tool when the result is there
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                if (speak.mouth() == 0 && speak.text().startsWith("One moment")) {
                    answer(world, 2_000, "", first());
                } else {
                    super.speak(world, speak);
                }
            }
        };

        // when
        World world = play(RealtimeDialogueTest.GRAPH
                .replace(", {\"service\": \"openai\", \"model\": \"n\", \"key\": \"b\"}", "")
                .replace("\"into\": \"order\"", "\"into\": \"order\", \"say\": \"One moment, please.\""), services, "Where is my order?");

        // then what there is to be said is said by the voice that needs none
        assertEquals(1, world.wanted(AskBrain.class).size());
        assertEquals("I am sorry, I cannot go on.", world.wanted(Speak.class).getLast().text());
        assertEquals(End.AGENT_HANGUP, world.told(Fact.HungUp.class).getLast().end());
    }
}
