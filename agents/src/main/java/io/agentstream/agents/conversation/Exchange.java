package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationEffect.ClearDeadline;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.SetDeadline;
import io.agentstream.agents.conversation.ConversationEffect.StopThinking;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.Broken;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.ForFloor;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.Resumed;
import io.agentstream.agents.conversation.ConversationInput.RunStarted;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One step of a conversation whose dialogue decides within the machine: what floor and dialogue ask of each other goes to and fro until
/// both are quiet. Made for one step; what it is made of and gives is immutable.
final class Exchange {

    /// Words between the two in one step. A script has a handful; more is a bug, which ends the call.
    static final int MAX_WORDS = 200;

    private static final String UNREADABLE = "memory";

    /// How much later than it ended a speech may be known to be over.
    private static final long KNOWN_LATE_MS = 1_000;

    private final long nowMs;
    private final long dueBeforeMs;
    private final List<ConversationEffect> effects = new ArrayList<>();
    private final Deque<EngineReply> said = new ArrayDeque<>();
    private Floor floor;
    private Dialogue dialogue;
    private long floorDueMs;
    /// Whether nothing is set any more of what was set before.
    private boolean dueIsSpent;
    private boolean saves;
    private boolean savesSoon;

    Exchange(Conversation state, long nowMs) {
        this.nowMs = nowMs;
        this.floor = state.floor();
        this.dialogue = state.dialogue();
        this.floorDueMs = state.floorDueMs();
        this.dueBeforeMs = Math.min(floorDueMs, dialogue.dueMs());
    }

    Step<Conversation, ConversationEffect> take(ConversationInput input) {
        switch (input) {
            case DeadlinePassed passed -> passed(passed);
            case Resumed resumed -> {
                Optional<Dialogue> left = dialogue.resumed(resumed.saved().memory());
                left.ifPresent(as -> move(as.began(nowMs)));
                floor(left.isPresent() ? resumed : new Broken(UNREADABLE));
            }
            case RunStarted started -> {
                move(dialogue.began(nowMs));
                floor(started);
            }
            case ForFloor ours -> {
                Floor before = floor;
                floor(ours);
                heardMore(before);
                if (ours instanceof Played played && floor instanceof Floor.Thinking && played.turn() < floor.turn()) {
                    move(dialogue.heardElsewhere(played.turn(), played.playedMs(), nowMs));
                }
            }
            case ServiceReply reply -> {
                if (!(floor instanceof Floor.Ended)) {
                    move(dialogue.answered(reply, nowMs));
                }
            }
        }
        settle();
        return end();
    }

    /// What was heard to its end is not said again by whoever takes over.
    private void heardMore(Floor before) {
        if (before instanceof Floor.Speaking was && floor instanceof Floor.Speaking is && was.turn() == is.turn() && is.playedMs() > was.playedMs()) {
            saves |= dialogue.goesOnElsewhere(was.playedMs(), is.playedMs());
        }
    }

    /// One deadline is set for both; whose it was is known by the time.
    private void passed(DeadlinePassed passed) {
        dueIsSpent = true;
        if (dialogue.dueMs() <= nowMs) {
            move(dialogue.due(nowMs));
            settle();
        }
        if (floorDueMs <= nowMs) {
            floorDueMs = Dialogue.NEVER;
            floor(passed);
        }
    }

    private void settle() {
        int words = 0;
        EngineReply reply;
        while ((reply = said.poll()) != null) {
            if (++words > MAX_WORDS) {
                throw new IllegalStateException("a dialogue that answers without end");
            }
            floor(reply);
        }
    }

    private void floor(ForFloor input) {
        Step<Floor, ConversationEffect> step = FloorMachine.step(floor, nowMs, input);
        boolean ends = step.state() instanceof Floor.Ended && !(floor instanceof Floor.Ended);
        floor = step.state();
        if (ends) {
            move(dialogue.ended());
        }
        boolean isAnswered = step.effects().stream().anyMatch(effect -> effect instanceof Think think && think.prompt() instanceof Prompt.Speech);
        for (ConversationEffect effect : step.effects()) {
            switch (effect) {
                case Think think -> move(dialogue.asked(think.turn(), think.prompt(), nowMs));
                case StopThinking stop -> move(dialogue.stopped(stop.turn()));
                case Tell tell -> {
                    Fact fact = tell.fact();
                    if (fact instanceof Fact.Said heard) {
                        fact = new Fact.Said(heard.turn(), dialogue.said(heard.turn(), heard.text()), heard.playedMs(), heard.whole());
                        dialogue = dialogue.heard(
                                heard.turn(), heard.playedMs(), heard.whole(),
                                isAnswered || (floor instanceof Floor.Listening listening && listening.hearing()));
                    } else if (fact instanceof Fact.TurnStarted begun && begun.by() == Party.CALLER) {
                        callerBegan(begun.turn(), step.effects());
                    }
                    if (!(fact instanceof Fact.Heard heard) || heard.digit() != null) {
                        effects.add(new Tell(fact));
                    } else if (!isAnswered || !dialogue.understands()) {
                        effects.add(new Tell(withWords(heard)));
                    }
                }
                case SetDeadline deadline -> floorDueMs = deadline.atMs();
                case ClearDeadline clear -> {
                    floorDueMs = Dialogue.NEVER;
                    dueIsSpent = true;
                    effects.add(clear);
                }
                case Save save -> saves = true;
                case ConversationEffect.Understand sound -> move(dialogue.sounded());
                case ConversationEffect.Hear _, ConversationEffect.Flow _, ConversationEffect.Play _, ConversationEffect.Clear _,
                        ConversationEffect.AskForMark _, ConversationEffect.HangUp _, ConversationEffect.ServiceEffect _ ->
                    effects.add(effect);
            }
        }
    }

    /// A key is no speech, and is over when it is known.
    private void callerBegan(int turn, List<ConversationEffect> together) {
        if (floor instanceof Floor.Listening listening) {
            move(dialogue.callerBegan(turn, Math.max(0, nowMs - listening.beganMs())));
            return;
        }
        together.stream()
                .map(effect -> effect instanceof Think think && think.prompt() instanceof Prompt.Speech speech ? speech : null)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(speech -> move(dialogue.callerBegan(turn, speech.speechMs() + KNOWN_LATE_MS)));
    }

    /// Where nobody is asked for an answer it is told with the words that are known by now; else the dialogue tells it, once it knows them.
    private Fact withWords(Fact.Heard cut) {
        Long speechMs = cut.speechMs();
        String words = dialogue.words();
        return speechMs == null || words.isEmpty() ? cut : new Fact.Understood(cut.turn(), words, speechMs);
    }

    private void move(Dialogue.Move move) {
        dialogue = move.next();
        for (ConversationEffect effect : move.effects()) {
            if (effect instanceof Save save) {
                saves |= !save.canWait();
                savesSoon = true;
            } else {
                effects.add(effect);
            }
        }
        said.addAll(move.replies());
    }

    /// The deadline and the snapshot are the last of it, and there is one of each: both are of the state that the step leads to.
    private Step<Conversation, ConversationEffect> end() {
        long dueMs = floor instanceof Floor.Ended ? Dialogue.NEVER : Math.min(floorDueMs, dialogue.dueMs());
        if (dueMs == Dialogue.NEVER && dueBeforeMs != Dialogue.NEVER && !dueIsSpent) {
            effects.add(new ClearDeadline());
        } else if (dueMs != Dialogue.NEVER && (dueMs != dueBeforeMs || dueIsSpent)) {
            effects.add(new SetDeadline(dueMs));
        }
        if (saves || savesSoon) {
            effects.add(new Save(!saves));
        }
        return new Step<>(new Conversation(floor, dialogue, floorDueMs), List.copyOf(effects));
    }
}
