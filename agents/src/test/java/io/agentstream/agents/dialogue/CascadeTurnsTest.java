package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
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
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who may speak, where somebody understands the caller.
final class CascadeTurnsTest {

    private static final String ANSWER = "This answer has a few words, so that there is time for somebody to say something into it.";

    private static Dialogue agent(String interruption) {
        return Dialogues.of(
                Json.MAPPER.readTree(CascadeDialogueTest.GRAPH.replace(
                        "\"settings\": {", "\"settings\": {\"interruption\": " + interruption + ", ")),
                Json.MAPPER.readTree("{}"));
    }

    /// The caller asks something and says something else a second into the answer.
    private static World play(Dialogue agent, TakeOver takeOver, String words, long lastsMs, boolean byAndBy) {
        PoliteServices services = new PoliteServices(request -> Thought.of(ANSWER));
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, "Tell me.");
        boolean[] answers = {false};
        boolean[] done = {false};
        world.watcher = effect -> {
            answers[0] |= effect instanceof Speak speak && speak.text().equals(ANSWER);
            if (!done[0] && answers[0] && effect instanceof ConversationEffect.Play) {
                done[0] = true;
                sound(world, services, 1_000, words, lastsMs, byAndBy);
            }
        };
        return world.run(60_000);
    }

    /// @param byAndBy whether the ear tells words as they come
    private static void sound(World world, PoliteServices services, long fromMs, String words, long lastsMs, boolean byAndBy) {
        world.phone(fromMs + 160, () -> {
            services.said = words;
            give(world, new SpeechStarted(160));
        });
        String[] all = words.split(" ", -1);
        for (int n = 1; byAndBy && n <= all.length; n++) {
            String part = String.join(" ", List.of(all).subList(0, n));
            world.phone(fromMs + lastsMs * n / all.length + 250, () -> give(world, new WordsHeard(services.ear, part)));
        }
        world.phone(fromMs + lastsMs + 200, () -> give(world, new SpeechStopped(lastsMs, 200)));
    }

    private static void give(World world, ConversationInput input) {
        if (!world.state.isOver()) {
            world.give(input);
        }
    }

    private static List<String> understood(World world) {
        return world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList();
    }

    @Test
    void aMhmInTheAnswerChangesNothingWhoeverHoldsTheCall() throws Exception {
        Dialogue agent = agent("{\"by\": \"speech\"}");

        World plain = Ways.leadToTheSame(
                agent, takeOver -> play(agent, takeOver, "Mhm.", 350, true), world -> understood(world) + " " + world.hangUps);

        assertEquals(List.of("Tell me."), understood(plain));
        assertEquals(List.of(), plain.told(Fact.Interrupted.class));
        assertTrue(plain.told(Fact.Said.class).stream().anyMatch(said -> said.text().equals(ANSWER) && said.whole()));
    }

    @Test
    void aShortWordThatMeansSomethingInterruptsAsSoonAsItIsUnderstood() {
        World world = play(agent("{\"by\": \"speech\"}"), TakeOver.NEVER, "Stop.", 300, true);

        assertEquals(List.of("Tell me.", "Stop."), understood(world));
        assertEquals(1, world.told(Fact.Interrupted.class).size());
    }

    @Test
    void whereWordsInterruptFewerDoNot() {
        Dialogue agent = agent("{\"by\": \"words\", \"words\": 3}");

        World fewer = play(agent, TakeOver.NEVER, "Not that.", 800, true);
        World enough = play(agent, TakeOver.NEVER, "Not that one please.", 1_200, true);

        assertEquals(List.of(), fewer.wanted(Clear.class));
        assertEquals(List.of("Tell me."), understood(fewer));
        assertEquals(List.of("Tell me.", "Not that one please."), understood(enough));
    }

    @Test
    void whereNothingInterruptsWhatIsSaidIsAnsweredBehindTheLine() {
        Dialogue agent = agent("{\"by\": \"off\"}");

        World world = play(agent, TakeOver.NEVER, "And what does it cost?", 1_200, true);

        assertEquals(List.of(), world.wanted(Clear.class));
        assertEquals(List.of("Tell me.", "And what does it cost?"), understood(world));
    }

    @Test
    void alsoWhereTheEarTellsItsWordsOnlyWhenItIsAsked() {
        Dialogue agent = agent("{\"by\": \"off\"}");

        assertEquals(List.of("Tell me.", "And what does it cost?"),
                understood(play(agent, TakeOver.NEVER, "And what does it cost?", 1_200, false)));
    }

    @Test
    void aCoughWhileTheAgentThinksCostsNoAnswer() {
        PoliteServices services = new PoliteServices(request -> Thought.of(ANSWER));
        World world = new World(agent("{\"by\": \"speech\"}"), services, TakeOver.NEVER);
        world.caller = new Caller(services, "Tell me.");
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof AskBrain) {
                done[0] = true;
                sound(world, services, 20, "", 250, false);
            }
        };
        world.run(25_000);

        assertEquals(2, services.asked.size());
        assertTrue(world.told(Fact.Said.class).stream().anyMatch(said -> said.text().equals(ANSWER) && said.whole()));
    }

    @Test
    void theEarsOwnJudgementIsBelievedSooner() {
        long withoutMs = answeredAfterMs("I want to change my appointment", End.NONE);
        long withMs = answeredAfterMs("I want to change my appointment", End.JUDGED);
        long openMs = answeredAfterMs("I want to change my", End.NONE);

        assertTrue(withMs < withoutMs && withoutMs < openMs, withMs + ", " + withoutMs + ", " + openMs);
    }

    @Test
    void aPauseThatTheEarHasHeardIsNoMoreThanTheFloorHearsToo() {
        long pausedMs = answeredAfterMs("I want to change my appointment", End.PAUSED);
        long judgedMs = answeredAfterMs("I want to change my appointment", End.JUDGED);

        assertTrue(judgedMs < pausedMs - 300, judgedMs + " and " + pausedMs);
    }

    /// What the ear tells of the end of the turn.
    private enum End { NONE, PAUSED, JUDGED }

    /// How long after the caller's last sound the caller's turn is over.
    private static long answeredAfterMs(String words, End end) {
        PoliteServices services = new PoliteServices(request -> Thought.of(ANSWER));
        World world = new World(agent("{\"by\": \"speech\"}"), services, TakeOver.NEVER);
        long[] spokenMs = {0};
        long[] answeredMs = {0};
        world.caller = each -> {
            if (each.isAsked() && spokenMs[0] == 0) {
                spokenMs[0] = each.nowMs + 2_000;
                sound(each, services, 500, words, 1_500, true);
                each.phone(2_300, () -> {
                    if (end != End.NONE) {
                        give(each, new WordsEnded(services.ear, words, end == End.JUDGED));
                    }
                });
            }
            if (answeredMs[0] == 0 && spokenMs[0] > 0 && !each.told(Fact.Understood.class).isEmpty()) {
                answeredMs[0] = each.nowMs;
            }
        };
        world.run(25_000);
        return answeredMs[0] - spokenMs[0];
    }

    /// The caller hangs up as soon as the words are waited for.
    private static World hangUp(String known) {
        PoliteServices services = new PoliteServices(request -> Thought.of(ANSWER)) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                if (effect instanceof FinishHearing) {
                    world.phone(100, () -> CascadeTurnsTest.give(world, new ConversationInput.CallEnded()));
                } else {
                    super.perform(world, effect);
                }
            }
        };
        World world = new World(agent("{\"by\": \"speech\"}"), services, TakeOver.NEVER);
        world.caller = new Caller(services, "Tell me.");
        world.watcher = effect -> {
            if (!known.isEmpty() && effect instanceof ConversationEffect.Tell tell && tell.fact() instanceof Fact.TurnStarted begun
                    && begun.by() == Party.CALLER) {
                world.phone(100, () -> give(world, new WordsHeard(services.ear, known)));
            }
        };
        return world.run(60_000);
    }

    /// The caller hangs up in the middle of a sentence.
    @Test
    void whatIsUnderstoodOfWhatIsCutShortIsTold() {
        PoliteServices services = new PoliteServices(request -> Thought.of(ANSWER));
        World world = new World(agent("{\"by\": \"speech\"}"), services, TakeOver.NEVER);
        world.caller = new Caller(services, "Tell me all about it.");
        world.watcher = effect -> {
            if (effect instanceof ConversationEffect.Tell tell && tell.fact() instanceof Fact.TurnStarted begun && begun.by() == Party.CALLER) {
                world.phone(100, () -> give(world, new WordsHeard(services.ear, "Tell me all")));
                world.phone(200, () -> give(world, new ConversationInput.CallEnded()));
            }
        };
        world.run(60_000);

        assertEquals(List.of("Tell me all"), understood(world));
        assertEquals(List.of(), world.told(Fact.Heard.class));
    }

    @Test
    void whatTheCallerSaidLastIsTheRecordsAlsoWhereTheCallEndsBeforeItsWords() {
        assertEquals(1, hangUp("").told(Fact.Heard.class).size());
        assertEquals(List.of("Tell"), understood(hangUp("Tell")));
    }
}
