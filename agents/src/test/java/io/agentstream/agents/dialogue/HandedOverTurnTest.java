package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A worker dies when the caller has spoken and nobody knows yet what was said: the next one tells it, and goes on with what there is.
final class HandedOverTurnTest {

    private static final String QUESTION = "When are you open, one two?";
    private static final Dialogue NUMBER = Story.of("""
            "settings": {"idle": {"after_ms": 4000, "prompts": []}},
            "nodes": {"start": {"type": "capture", "what": "digits", "min": 1, "max": 9, "into": "number", "read_back": false, "attempts": 1,
                                "say": "What is it?", "edges": [{"on": "limit", "go": "end"}], "next": "end"},
                      "end": {"type": "hangup", "say": "Goodbye."}}""").agent();
    private static final Dialogue CASCADE = Dialogues.of(Json.MAPPER.readTree(CascadeDialogueTest.GRAPH), Json.MAPPER.readTree("{}"));

    private int stepsWhenAsked;
    private List<Long> whenMs = List.of();

    /// The caller asks once. Of a cascade's ear comes what it understands on the way, or nothing.
    private World play(Dialogue agent, boolean isUnderstood, TakeOver takeOver) {
        PoliteServices services = new PoliteServices(request -> Thought.of("From nine to six.")) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                if (speaks || !(effect instanceof FinishHearing)) { // an ear takes its time for the rest
                    super.perform(world, effect);
                }
            }
        };
        World world = new World(agent, services, takeOver);
        whenMs = times(world);
        boolean[] asks = {true};
        world.caller = each -> {
            if (stepsWhenAsked == 0 && world.state.floor() instanceof Floor.Thinking && callers(world) > 0) {
                stepsWhenAsked = world.steps;
            }
            if (asks[0] && each.isAsked()) {
                asks[0] = false;
                services.said = QUESTION;
                world.phone(600, () -> world.give(new SpeechStarted(200)));
                if (isUnderstood) {
                    world.phone(1_400, () -> world.give(new WordsHeard(services.ear, QUESTION)));
                }
                world.phone(2_000, () -> world.give(new SpeechStopped(900, 500)));
            }
        };
        return world.run(30_000);
    }

    private static int callers(World world) {
        return world.told(Fact.TurnStarted.class).stream().filter(begun -> begun.by() == Party.CALLER).mapToInt(Fact.TurnStarted::turn).findFirst().orElse(0);
    }

    /// What is said first by whoever has taken over, and how long after that.
    private static String saidAtOnce(World world, List<Long> whenMs) {
        int resumed = world.effects.indexOf(new ConversationEffect.Tell(new Fact.Resumed(1_000)));
        List<ConversationEffect> behind = world.effects.subList(resumed, world.effects.size());
        assertEquals(0, whenMs.getLast() - whenMs.getFirst(), "ms of silence");
        return behind.stream().filter(Speak.class::isInstance).map(each -> ((Speak) each).text()).findFirst().orElse("");
    }

    /// When the call was taken over, and when something was said next.
    private static List<Long> times(World world) {
        List<Long> whenMs = new ArrayList<>();
        Consumer<ConversationEffect> before = world.watcher;
        world.watcher = effect -> {
            before.accept(effect);
            boolean isTakenOver = effect instanceof ConversationEffect.Tell tell && tell.fact() instanceof Fact.Resumed;
            if (isTakenOver || (effect instanceof Speak && whenMs.size() == 1)) {
                whenMs.add(world.nowMs);
            }
        };
        return whenMs;
    }

    private World takenOver(Dialogue agent, boolean isUnderstood, boolean inGoodManners) {
        play(agent, isUnderstood, TakeOver.NEVER);
        World world = play(agent, isUnderstood, new TakeOver(stepsWhenAsked, inGoodManners));
        assertEquals(1, world.takeOvers);
        world.callersAreTold();
        return world;
    }

    @Test
    void whatWasUnderstoodByThenIsAnsweredAndToldOnce() {
        for (boolean inGoodManners : new boolean[] {true, false}) {
            World world = takenOver(CASCADE, true, inGoodManners);

            assertEquals(List.of(QUESTION), world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
            assertEquals(Remark.caller(QUESTION), world.wanted(AskBrain.class).getFirst().request().history().getLast());
        }
    }

    @Test
    void whereNothingWasThatTheCallerSpokeIsToldOnceAndTheCallerIsAskedAgain() {
        for (boolean inGoodManners : new boolean[] {true, false}) {
            World world = takenOver(CASCADE, false, inGoodManners);

            assertEquals(List.of(callers(world)), world.told(Fact.Heard.class).stream().map(Fact.Heard::turn).toList());
            assertEquals(List.of(), world.told(Fact.Understood.class));
            assertEquals("Are you there?", saidAtOnce(world, whenMs));
        }
    }

    /// The half of a number is a number too.
    @Test
    void aValueIsNotTakenFromWordsThatMayBeTheHalfOfWhatWasSaid() {
        for (boolean inGoodManners : new boolean[] {true, false}) {
            World world = takenOver(NUMBER, true, inGoodManners);

            assertEquals(List.of(QUESTION), world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
            assertEquals("What is it?", saidAtOnce(world, whenMs));
            assertEquals("", Story.variables(world).path("number").asString(""));
        }
    }

    @Test
    void theWordsThatAServiceOfSpeechWasToBringAreNotWaitedFor() {
        for (boolean inGoodManners : new boolean[] {true, false}) {
            World world = takenOver(RealtimeDialogueTest.AGENT, false, inGoodManners);

            assertEquals(List.of(callers(world)), world.told(Fact.Heard.class).stream().map(Fact.Heard::turn).toList());
            assertEquals(List.of("From nine to six."), world.told(Fact.Said.class).stream().map(Fact.Said::text).skip(1).limit(1).toList());
        }
    }
}
