package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.engine.AgentSession;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs the machine of a conversation and performs what it wants; the only class that does. Only the loop.
final class ConversationEffects {

    /// Replies to one input that are given within the call; more is an engine that goes round in circles.
    static final int MAX_AT_ONCE = 1_000;

    /// A script may go from line to line without a pause; its snapshots may not.
    static final int MAX_SAVES_IN_SECOND = 5;

    /// Beside those, of what can wait: sentences come as fast as a mouth makes them, and a tool's or a transfer's key is not to wait for them.
    static final int MAX_MORE_SAVES_IN_SECOND = 2;

    private final CommandWriter commands;
    private final EventWriter events;
    private final Deadlines deadlines;
    private final WorkerMeters meters;
    private final Intents intents;
    /// Replies that an engine gave within the call that asked for them.
    private final ArrayDeque<Answer> atOnce = new ArrayDeque<>();
    /// The conversation whose input is being worked on.
    private @Nullable LiveConversation current;

    ConversationEffects(CommandWriter commands, EventWriter events, Deadlines deadlines, WorkerMeters meters, Intents intents) {
        this.commands = commands;
        this.events = events;
        this.deadlines = deadlines;
        this.meters = meters;
        this.intents = intents;
    }

    /// Takes a reply of the conversation whose input is being worked on; false where that is another one, or none.
    ///
    /// @throws IllegalStateException where an engine has no end
    @SuppressWarnings("ReferenceEquality") // the very conversation
    boolean answerAtOnce(LiveConversation of, Answer answer) {
        if (of != current) {
            return false;
        }
        if (atOnce.size() >= MAX_AT_ONCE) {
            throw new IllegalStateException("an engine that answers without end");
        }
        atOnce.add(answer);
        return true;
    }

    /// Gives an input to a conversation, and then what its engine answers at once.
    void input(LiveConversation to, long nowMs, ConversationInput input) {
        current = to;
        try {
            step(to, nowMs, input);
            Answer answer;
            int replies = 0;
            while ((answer = atOnce.poll()) != null) {
                if (++replies > MAX_AT_ONCE) {
                    throw new IllegalStateException("an engine that answers without end");
                }
                step(to, nowMs, answer);
            }
        } finally {
            current = null;
            atOnce.clear();
        }
    }

    private void step(LiveConversation of, long nowMs, ConversationInput input) {
        Step<Conversation, ConversationEffect> step;
        try {
            step = ConversationMachine.step(of.state, nowMs, input);
        } catch (RuntimeException | LinkageError | StackOverflowError bug) {
            events.journal().threw(of, nowMs, input, bug);
            throw bug;
        }
        of.state = step.state();
        List<ConversationEffect> effects = step.effects();
        of.stages.step(nowMs, input, of.state.floor(), effects, meters);
        events.journal().step(of, nowMs, input, effects);
        for (int i = 0; i < effects.size(); i++) { // an iterator for each frame would be the most of what a frame costs
            perform(of, nowMs, effects.get(i));
        }
        if (Intents.isUnsaved(of)) { // that it saves too often already is no reason to ask late
            events.save(of, nowMs);
        }
    }

    private void perform(LiveConversation of, long nowMs, ConversationEffect effect) {
        switch (effect) {
            case ConversationEffect.Hear hear -> session(of).hear(hear.frame());
            case ConversationEffect.Play play -> commands.play(of, play.turn(), play.frameBytes(), play.audio());
            case ConversationEffect.Think think -> session(of).think(think.turn(), think.prompt());
            case ConversationEffect.Understand sound -> { } // an engine that decides by itself has its own ears
            case ConversationEffect.Flow flow -> session(of).flow(flow.turn());
            case ConversationEffect.StopThinking stop -> session(of).stop(stop.turn());
            case ConversationEffect.Clear clear -> commands.insist(of, new SocketCommand.Clear(of.callId, clear.turn(), of.epoch));
            case ConversationEffect.AskForMark mark -> commands.mark(of, mark.turn());
            case ConversationEffect.SetDeadline deadline -> deadlines.set(of, deadline.atMs());
            case ConversationEffect.ClearDeadline clear -> deadlines.clear(of);
            case ConversationEffect.Tell tell -> tell(of, nowMs, tell.fact());
            case ConversationEffect.Save save -> save(of, nowMs, save.canWait());
            case ConversationEffect.HangUp hangUp -> hangUp(of, hangUp.failure(), hangUp.end());
            // Else what was taken over has it; and who left it may have sent it.
            case ConversationEffect.CallTool call when !call.again() -> intents.add(of, call, nowMs);
            case ConversationEffect.StopTool stop -> {
                if (!intents.drop(of, stop)) {
                    session(of).perform(stop);
                }
            }
            case ConversationEffect.MouthEffect asked -> session(of).perform(asked);
            case ConversationEffect.BrainEffect asked -> session(of).perform(asked);
            case ConversationEffect.EarEffect asked -> session(of).perform(asked);
            case ConversationEffect.SpeechEffect asked -> session(of).perform(asked);
        }
    }

    private void tell(LiveConversation of, long nowMs, Fact fact) {
        if (fact instanceof Fact.Latency latency && latency.what().equals(Fact.Latency.FIRST_AUDIO)) {
            meters.turnLatency().record(latency.ms(), TimeUnit.MILLISECONDS);
        } else if (fact instanceof Fact.Interrupted) {
            meters.bargeIns().increment();
        }
        events.tell(of, fact, nowMs);
    }

    /// What is too much is written with the next second, and nothing is committed before.
    private void save(LiveConversation of, long nowMs, boolean canWait) {
        if (canWait ? ++of.moreSavesInSecond > MAX_MORE_SAVES_IN_SECOND : ++of.savesInSecond > MAX_SAVES_IN_SECOND) {
            of.unsaved = true;
        } else {
            events.save(of, nowMs);
        }
    }

    private void hangUp(LiveConversation of, @Nullable Failure failure, @Nullable End end) {
        if (failure != null) {
            meters.failed().increment();
            of.unsaved = true; // whoever takes over closes it with the same cause
        }
        SocketCommand.Close close = failure == null
                ? SocketCommand.Close.because(of.callId, end == null ? End.AGENT_HANGUP : end)
                : SocketCommand.Close.because(of.callId, failure, "");
        commands.insist(of, close.of(of.epoch));
    }

    /// Ends a conversation whose machine cannot be asked any more, or whose effects cannot be performed: by hand, with the same cause.
    void giveUp(LiveConversation of, long nowMs) {
        events.journal().givenUp(of, nowMs);
        of.state = of.state.ended(Failure.INTERNAL_ERROR);
        deadlines.clear(of);
        hangUp(of, Failure.INTERNAL_ERROR, null);
    }

    private static AgentSession session(LiveConversation of) {
        return Objects.requireNonNull(of.session, "a conversation without a session");
    }
}
