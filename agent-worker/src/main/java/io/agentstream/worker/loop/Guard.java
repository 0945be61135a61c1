package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.engine.AgentSession;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Between the loop and whatever may be broken in one call. A bug in one conversation, its engine or its ear ends that call with a
/// cause, and nothing else; and a running call that can have no conversation is closed with the same cause. Only the loop.
final class Guard {

    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    /// Why a call is closed, as its journal says it.
    static final String BUG = "bug";
    static final String NO_KEY = "no_key";
    static final String NO_SNAPSHOT = "no_snapshot";
    static final String NO_DEFINITION = "no_definition";
    static final String NO_ENGINE = "no_engine";
    static final String TOO_MANY_REPLIES = "too_many_replies";

    private final ConversationEffects effects;
    private final CommandWriter commands;
    private final WorkerMeters meters;

    Guard(ConversationEffects effects, CommandWriter commands, WorkerMeters meters) {
        this.effects = effects;
        this.commands = commands;
        this.meters = meters;
    }

    /// Gives an input to a conversation.
    void give(LiveConversation to, long nowMs, ConversationInput input) {
        try {
            effects.input(to, nowMs, input);
        } catch (RuntimeException | LinkageError | StackOverflowError bug) {
            broken(to, nowMs, bug);
        }
        if (to.state.isOver()) {
            release(to);
        }
    }

    /// Asks another system for what is written down; or where it was not in time, tells the conversation that nobody was asked.
    void ask(Intents.Due due, long nowMs) {
        LiveConversation of = due.of();
        if (!due.inTime()) {
            give(of, nowMs, new ConversationInput.ToolAnswered(due.call().turn(), due.call().number(), true, Intents.NOT_RECORDED));
            return;
        }
        AgentSession session = of.session;
        if (session == null) { // what was due before it has ended the conversation
            return;
        }
        try {
            session.perform(due.call());
        } catch (RuntimeException | LinkageError | StackOverflowError bug) {
            broken(of, nowMs, bug);
        }
    }

    /// What the conversation's ear makes of a frame.
    List<ConversationInput> hear(LiveConversation of, CallerSpeech speech, MediaFrame.Audio audio, long nowMs) {
        try {
            return speech.hear(audio, nowMs);
        } catch (RuntimeException | LinkageError | StackOverflowError bug) {
            broken(of, nowMs, bug);
            return List.of();
        }
    }

    private void broken(LiveConversation of, long nowMs, Throwable bug) {
        log.atError().addKeyValue("call", of.callId).setCause(bug).log("conversation is broken, closing the call");
        close(of, nowMs, BUG);
    }

    /// Closes the call, because something of ours, or what its services told, keeps it from having a conversation. What comes of it until its end is passed
    /// over.
    ///
    /// @param why for the machine, which decides this like everything else, and for the journal
    void close(LiveConversation of, long nowMs, String why) {
        of.pending = null;
        if (of.state.isOver()) { // it has broken while it was being ended
            effects.giveUp(of, nowMs);
        } else {
            try {
                effects.input(of, nowMs, new ConversationInput.Broken(why));
            } catch (RuntimeException | LinkageError | StackOverflowError bug) { // what is broken is on the way out too
                log.atError().addKeyValue("call", of.callId).setCause(bug).log("conversation is given up");
                effects.giveUp(of, nowMs);
            }
        }
        release(of);
    }

    /// Closes the call of a run that has no conversation, and never will have one.
    ///
    /// @param epoch of who says so: a worker that has lost the call is not believed
    void refuse(RunEvent.Running run, int epoch) {
        meters.failed().increment();
        commands.refuse(run.run().slot(), SocketCommand.Close.because(run.callId(), Failure.INTERNAL_ERROR, "").of(epoch));
    }

    /// Closes a call of which nothing is known but that nobody holds its conversation: not even which gateway has its socket.
    void refuseEverywhere(CallId callId, int epoch) {
        meters.failed().increment();
        commands.refuseEverywhere(SocketCommand.Close.because(callId, Failure.INTERNAL_ERROR, "").of(epoch));
    }

    /// Gives back what the conversation holds. A second time does nothing.
    void release(LiveConversation of) {
        AgentSession session = of.session;
        if (session != null) {
            close(of, session);
            of.session = null;
            of.untold = ServiceUse.sum(of.untold, used(of, session, true));
        }
        close(of, of.speech);
        of.speech = null;
    }

    /// Somebody else goes on with the conversation, most likely: see [AgentSession#leave].
    void leave(LiveConversation of) {
        AgentSession session = of.session;
        if (session != null) {
            try {
                session.leave();
            } catch (RuntimeException | LinkageError | StackOverflowError bug) { // it is handed over all the same
                log.atError().addKeyValue("call", of.callId).setCause(bug).log("what a conversation uses cannot be counted");
            }
        }
    }

    /// What the conversation's services were used for since this was asked last, and what could not be written of what was told before.
    ///
    /// @param all whether it is to be told by all means
    List<ServiceUse> used(LiveConversation of, boolean all) {
        AgentSession session = of.session;
        List<ServiceUse> before = ServiceUse.sum(of.unwritten.getAndSet(List.of()), of.untold);
        of.untold = List.of();
        return session == null ? before : ServiceUse.sum(before, used(of, session, all));
    }

    private static List<ServiceUse> used(LiveConversation of, AgentSession session, boolean all) {
        try {
            return session.used(all);
        } catch (RuntimeException | LinkageError | StackOverflowError bug) { // it is not counted, and goes on
            log.atError().addKeyValue("call", of.callId).setCause(bug).log("what a conversation uses cannot be counted");
            return List.of();
        }
    }

    private static void close(LiveConversation of, @Nullable AutoCloseable part) {
        if (part != null) {
            try {
                part.close();
            } catch (Exception | LinkageError | StackOverflowError bug) { // the conversation is over all the same
                log.atError().addKeyValue("call", of.callId).setCause(bug).log("a part of the conversation did not close");
            }
        }
    }
}
