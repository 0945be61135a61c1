package io.agentstream.agents.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Scenes.At;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Random callers, engines and gateways against the machine: whatever they do, some things never happen.
class ConversationSimulationTest {

    private static final int SEEDS = 300;
    private static final int INPUTS = 400;
    private static final List<Ending> ENDINGS = List.of(Ending.values());

    @TestFactory
    Stream<DynamicTest> holdsItsPromisesWhateverHappens() {
        return LongStream.range(0, SEEDS).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> simulate(seed)));
    }

    private static void simulate(long seed) {
        Random random = new Random(seed);
        Promises promises = new Promises();
        List<At> story = new ArrayList<>();
        List<ConversationEffect> all = new ArrayList<>();
        Conversation state = Conversation.NEW;
        long nowMs = Scenes.T0;
        for (int n = 0; n < INPUTS; n++) {
            nowMs += random.nextInt(2_000);
            ConversationInput input = n == 0
                    ? beginning(random)
                    : n == INPUTS - 1 ? new ConversationInput.CallEnded() : input(random, state);
            story.add(new At(nowMs, input));
            boolean over = state.isOver();
            Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, nowMs, input);
            assertTrue(!over || step.effects().isEmpty(), "something after the end");
            assertTrue(step.state().turn() >= state.turn(), "turns go back");
            step.effects().forEach(promises::check);
            all.addAll(step.effects());
            state = step.state();
        }
        promises.atTheEnd();
        assertEquals(all, Scenes.effects(story), "the replay differs");
    }

    /// Each way to begin is taken by some seed, so that no state stays out of the simulation.
    @Test
    void beginsInEveryWay() {
        Set<Class<?>> begun = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            random.nextInt(2_000);
            begun.add(ConversationMachine.step(Conversation.NEW, Scenes.T0, beginning(random)).state().floor().getClass());
        }
        assertEquals(
                Set.of(Floor.Thinking.class, Floor.Bridged.class, Floor.Listening.class, Floor.Ended.class),
                begun);
    }

    static ConversationInput beginning(Random random) {
        return random.nextInt(4) == 0 ? resumed(random) : new ConversationInput.RunStarted(random.nextInt(4) != 0);
    }

    private static ConversationInput resumed(Random random) {
        SavedConversation.Phase[] phases = SavedConversation.Phase.values();
        return new ConversationInput.Resumed(
                new SavedConversation(phases[random.nextInt(phases.length)], 4, Scenes.OPEN, Scenes.MEMORY), 500);
    }

    /// Mostly what is likely in the state, sometimes what is late or absurd.
    static ConversationInput input(Random random, Conversation state) {
        int turn = random.nextInt(5) == 0 ? random.nextInt(state.turn() + 2) : state.turn();
        return switch (random.nextInt(14)) {
            case 0 -> new DigitPressed("129".charAt(random.nextInt(3)));
            case 1 -> new ConversationInput.SpeechStarted(random.nextInt(300));
            case 2 -> new ConversationInput.SpeechStopped(random.nextInt(3_000), 200 + random.nextInt(600));
            case 3 -> random.nextBoolean()
                    ? new ConversationInput.SpeechStopped(random.nextInt(900), 200)
                    : new ConversationInput.CallerWords(random.nextInt(4), random.nextBoolean(), ENDINGS.get(random.nextInt(ENDINGS.size())));
            case 4, 5 -> Scenes.begun(turn, random.nextBoolean() ? Scenes.OPEN : Scenes.FIRM);
            case 6, 7 -> Scenes.part(turn, 1 + random.nextInt(20_000));
            case 8, 9 -> Scenes.finished(turn, random.nextInt(40) == 0 ? Then.HANG_UP : random.nextBoolean() ? Then.LISTEN : Then.GO_ON);
            case 10 -> new MarkReached(turn);
            case 11 -> new Played(turn, random.nextInt(20_000), random.nextBoolean());
            case 12 -> random.nextInt(4) == 0 ? new ConversationInput.DeadlinePassed() : Scenes.frame();
            default -> random.nextInt(60) == 0 ? new ConversationInput.EngineFailed() : Scenes.frame();
        };
    }

    /// What must hold for the effects of one conversation.
    private static final class Promises {
        private int cleared;
        private int hangUps;
        private int newestPlayed;
        /// The newest turn of the agent.
        private int agents;
        private final Map<Integer, Integer> said = new HashMap<>();
        private final Map<Integer, Integer> interrupted = new HashMap<>();
        private final Map<Integer, Integer> played = new HashMap<>();
        private boolean flows;

        void check(ConversationEffect effect) {
            switch (effect) {
                case ConversationEffect.Play play -> {
                    assertTrue(play.turn() > cleared, "audio of a cleared turn");
                    assertTrue(play.turn() >= newestPlayed, "audio of an older turn");
                    assertTrue(hangUps == 0, "audio after the close");
                    assertTrue(play.audio().length() > 0, "empty audio");
                    assertTrue(!said.containsKey(agents), "audio of a turn that is over");
                    newestPlayed = play.turn();
                    played.merge(agents, 1, Integer::sum); // under a number of its own, or of its turn's that was held
                }
                case ConversationEffect.Clear clear -> {
                    assertTrue(clear.turn() >= cleared, "clears go back");
                    cleared = clear.turn();
                }
                case ConversationEffect.HangUp hangUp -> {
                    hangUps++;
                    assertTrue(hangUps == 1, "two closes");
                }
                case ConversationEffect.Understand sound -> { }
                case ConversationEffect.Flow flow -> flows = true;
                case ConversationEffect.Tell tell -> fact(tell.fact());
                case ConversationEffect.Hear hear -> { }
                case ConversationEffect.Think think -> { }
                case ConversationEffect.StopThinking stop -> { }
                case ConversationEffect.AskForMark mark -> { }
                case ConversationEffect.SetDeadline deadline -> { }
                case ConversationEffect.ClearDeadline clear -> { }
                case ConversationEffect.Save save -> { }
                case ConversationEffect.ServiceEffect asked -> throw new AssertionError("an engine outside of the machine asks its services");
            }
        }

        private void fact(Fact fact) {
            if (fact instanceof Fact.TurnStarted started && started.by() == Party.AGENT) {
                agents = started.turn();
            } else if (fact instanceof Fact.Said words) {
                said.merge(words.turn(), 1, Integer::sum);
                assertTrue(words.playedMs() >= 0);
            } else if (fact instanceof Fact.Interrupted cut) {
                interrupted.merge(cut.turn(), 1, Integer::sum);
            }
        }

        void atTheEnd() {
            if (!flows) {
                assertEquals(played.keySet(), said.keySet(), "each turn that was played is said");
            }
            assertTrue(said.values().stream().allMatch(count -> count == 1), "said once");
            assertTrue(interrupted.values().stream().allMatch(count -> count == 1), "interrupted once");
            assertTrue(said.keySet().containsAll(interrupted.keySet()), "only what was played is interrupted");
        }
    }
}
