package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Transfer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What must hold of a conversation, whatever its caller, its services and its workers do.
final class Promises {

    /// How much later than it sounds it is known what was heard of a turn.
    private static final long LATE_MS = 40;

    private final World world;
    private final CascadeDialogue agent;
    private final DeadAudio audio = new DeadAudio();
    private final OneResult uses = new OneResult();
    private int cleared;
    private int newest;
    /// The newest turn of the agent.
    private int agents;
    private final Map<Integer, Integer> said = new HashMap<>();
    /// How much of each turn of the agent was told to be heard, and whose the audio is that was sent under a number.
    private final Map<Integer, Long> saidMs = new HashMap<>();
    private final Map<Integer, Integer> sent = new HashMap<>();
    private final Set<Integer> played = new HashSet<>();
    private final Set<Integer> callers = new HashSet<>();
    private final List<Integer> heard = new ArrayList<>();
    /// Keys of what other systems had been asked for and had not answered when the call ended.
    private Set<String> underWay = Set.of();
    /// What whoever is asked last would answer, when it is too late.
    private final Map<Class<?>, List<ConversationInput>> late = new HashMap<>();

    Promises(World world, Dialogue agent) {
        this.world = world;
        this.agent = (CascadeDialogue) agent;
    }

    /// Watches over it from its beginning.
    void watch() {
        world.listener = audio::given;
        world.watcher = this::check;
        world.caller = each -> after();
    }

    private void check(ConversationEffect effect) {
        audio.check(effect, effect instanceof ConversationEffect.Play ? agents : 0);
        uses.check(effect);
        switch (effect) {
            case ConversationEffect.Play play -> {
                assertTrue(play.turn() > cleared, "audio of a turn that was cut");
                assertTrue(play.turn() >= newest, "audio of an older turn");
                assertTrue(!said.containsKey(agents), "audio of a turn that is over");
                assertEquals(0, world.hangUps, "audio after the end");
                newest = play.turn();
                sent.put(play.turn(), agents);
                played.add(agents); // under a number of its own, or of its turn's that was held
            }
            case ConversationEffect.Clear clear -> cleared = Math.max(cleared, clear.turn());
            case ConversationEffect.Tell tell -> told(tell.fact());
            case HangUp hangUp -> assertEquals(0, world.hangUps, "ended twice");
            case ConversationEffect.Speak speak -> late.put(ConversationEffect.Speak.class, List.of(
                    new ConversationInput.MouthSpoke(speak.turn(), speak.number(), Slice.of(new byte[160]), List.of()),
                    new ConversationInput.MouthDone(speak.turn(), speak.number())));
            case ConversationEffect.AskBrain ask -> late.put(ConversationEffect.AskBrain.class, List.of(
                    new ConversationInput.BrainSaid(ask.turn(), ask.number(), "Too late. "),
                    new ConversationInput.BrainSpoke(ask.turn(), ask.number(), "Too late. ", Slice.of(new byte[320])),
                    new ConversationInput.BrainCalled(ask.turn(), ask.number(), "use-too-late", "order", "{\"number\":\"7\"}"),
                    new ConversationInput.BrainDone(ask.turn(), ask.number(), 1, 0, 1)));
            case CallTool call -> late.put(CallTool.class, List.of(new ConversationInput.ToolAnswered(call.turn(), call.number(), false, "{}")));
            case ConversationEffect _ -> { }
        }
    }

    private void told(Fact fact) {
        switch (fact) {
            case Fact.TurnStarted started when started.by() == Party.AGENT -> agents = started.turn();
            case Fact.TurnStarted started -> callers.add(started.turn());
            case Fact.Heard words -> heard.add(words.turn());
            case Fact.Understood words -> heard.add(words.turn());
            case Fact.Said words -> {
                said.merge(words.turn(), 1, Integer::sum);
                saidMs.put(words.turn(), words.playedMs());
            }
            case Fact.NodeEntered entered -> assertTrue(
                    entered.outcome() == null || agent.graph().outcomes().isEmpty() || agent.graph().outcomes().contains(entered.outcome()),
                    "an outcome that is none");
            case Fact.TransferAsked asked -> late.put(Fact.TransferAsked.class, List.of(
                    new ConversationInput.TransferAnswered(asked.key(), Transfer.CONNECTED)));
            case Fact _ -> { }
        }
    }

    /// Nobody is waited for without end, and nothing grows without bound.
    private void after() {
        if (world.state.isOver() || world.state.floor() instanceof Floor.Opening) {
            return;
        }
        long dueMs = Math.min(world.state.floorDueMs(), world.state.dialogue().dueMs());
        assertTrue(dueMs < world.nowMs + 120_000, "nobody is called back");
        Bounds.check(world.state);
        underWay = Bounds.underWay(world.state.dialogue());
    }

    void atTheEnd() {
        assertTrue(world.state.isOver(), "the conversation has not ended");
        oneEnd();
        for (HangUp hangUp : world.wanted(HangUp.class)) { // nobody hangs up who was given away
            assertTrue(hangUp.end() == End.TRANSFERRED || hangUp.failure() != null || !Story.memory(world).path("transferred").asBoolean());
        }
        if (world.takeOvers == 0 && world.tellsPlayed) { // seconds of speech are what a call is measured by
            Map<Integer, Long> heardMs = new HashMap<>();
            world.heardMs.forEach((number, ms) -> heardMs.merge(sent.get(number), ms, Long::sum));
            heardMs.forEach((turn, ms) -> assertTrue(
                    Math.abs(ms - saidMs.get(turn)) <= LATE_MS, () -> saidMs.get(turn) + " ms of turn " + turn + " are told, and " + ms + " were heard: " + world.facts));
        }
        if (world.takeOvers == 0) { // what the last worker has said it may not have told
            assertEquals(played, said.keySet(), "each turn that was played is told");
            assertEquals(callers.stream().sorted().toList(), heard.stream().sorted().toList(), "each turn of the caller is told once");
        }
        if (world.state.turn() > 0) { // else it has ended while nobody held it, and what was waited for nobody heard
            world.callersAreTold();
        }
        assertTrue(said.values().stream().allMatch(count -> count == 1), "a turn is told once");
        JsonNode memory = world.state.dialogue().memory(0, 0);
        if (memory != null) {
            assertTrue(memory.toString().length() < 300_000, "remembers too much");
            usesHaveResults(memory.path("history"));
        }
        uses.atTheEnd(underWay);
        for (CallTool call : world.wanted(CallTool.class)) {
            assertTrue(Json.MAPPER.readTree(call.arguments()) != null);
        }
    }

    /// The agent, or what of ours has failed, ends it once, and says so; else the caller has. Nothing comes of what is late, and whoever takes over what has ended says the
    /// same end.
    private void oneEnd() {
        List<HangUp> ends = world.wanted(HangUp.class);
        assertTrue(ends.size() <= 1, "two ends");
        assertEquals(
                ends.stream().filter(each -> each.failure() == null).map(each -> Objects.requireNonNullElse(each.end(), End.AGENT_HANGUP)).toList(),
                world.told(Fact.HungUp.class).stream().map(Fact.HungUp::end).toList(), "the end is told as it is");
        late.values().stream().flatMap(List::stream).forEach(this::nothingComesOf);
        for (ConversationInput input : List.of(
                new ConversationInput.DigitPressed('1'), new ConversationInput.SpeechStarted(100), new ConversationInput.SpeechStopped(900, 300),
                new ConversationInput.MarkReached(newest), new ConversationInput.Played(newest, 20_000, true), new ConversationInput.DeadlinePassed(),
                new ConversationInput.CallEnded())) {
            nothingComesOf(input);
        }
        if (!ends.isEmpty()) {
            assertEquals(ends, takenOver(world.snapshot()), "who takes over ends it otherwise");
        }
        if (!ends.isEmpty() && ends.getFirst().failure() == null) { // else the worker itself sees to it that it is saved
            assertEquals(ends, takenOver(world.saved()), "who takes over does not know that it has ended");
        }
    }

    private void nothingComesOf(ConversationInput input) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(world.state, world.nowMs, input);
        assertTrue(step.state().isOver());
        assertEquals(List.of(), step.effects().stream().filter(each -> !(each instanceof ConversationEffect.ClearDeadline)).toList(), "something after the end");
    }

    /// @return the ends that whoever takes over says
    private List<HangUp> takenOver(String left) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(
                Conversation.of(agent), world.nowMs + 1_000, new ConversationInput.Resumed(Json.MAPPER.readValue(left, SavedConversation.class), 1_000));
        assertTrue(step.effects().stream().noneMatch(each -> each instanceof ConversationEffect.Tell tell && tell.fact() instanceof Fact.HungUp), "told twice");
        return step.effects().stream().filter(HangUp.class::isInstance).map(HangUp.class::cast).toList();
    }

    private static void usesHaveResults(JsonNode history) {
        Set<String> open = new HashSet<>();
        for (JsonNode remark : history) {
            if (remark.path("by").asString().equals("tool")) {
                assertTrue(open.remove(remark.path("use").asString()), "a result without its use, or a second one");
            } else {
                assertEquals(Set.of(), open, "a use without a result");
                remark.path("uses").forEach(use -> open.add(use.path("id").asString()));
            }
        }
        assertEquals(Set.of(), open, "a use without a result");
    }

    /// Pieces of audio that came when nobody wanted them any more.
    int deadAudio() {
        return audio.dead();
    }

    /// Uses of tools, however often they were asked for.
    int uses() {
        return uses.keys().size();
    }
}
