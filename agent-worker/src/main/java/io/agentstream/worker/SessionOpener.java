package io.agentstream.worker;

import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.ReplySink;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a conversation its engine, and its ear where the engine answers to speech. Only the loop.
final class SessionOpener {

    private static final Logger log = LoggerFactory.getLogger(SessionOpener.class);

    private final AgentEngines engines;
    private final Function<LiveConversation, ReplySink> sinks;

    /// @param sinks makes the way back from an engine to its conversation
    SessionOpener(AgentEngines engines, Function<LiveConversation, ReplySink> sinks) {
        this.engines = engines;
        this.sinks = sinks;
    }

    /// False where there is no engine of the name, or it does not take the definition; the log says so.
    ///
    /// @param saved what another worker left of the conversation
    boolean open(LiveConversation conversation, @Nullable SavedConversation saved) {
        RunEvent.Running run = conversation.run;
        Optional<AgentEngine> engine = engines.of(run.definition());
        if (engine.isEmpty()) {
            log.atError().addKeyValue("call", run.callId()).log("the agent's definition names no engine that there is");
            return false;
        }
        try {
            conversation.engine = engine.get();
            conversation.session = engine.get().open(
                    new AgentEngine.Opening(
                            run.definition(), run.initialContext(), run.mediaFormat(), saved == null ? null : saved.memory()),
                    sinks.apply(conversation));
        } catch (IllegalArgumentException bad) { // says where the definition is wrong
            log.atError()
                    .addKeyValue("call", run.callId())
                    .addKeyValue("engine", engine.get().name())
                    .addKeyValue("reason", bad.getMessage())
                    .log("engine did not open");
            return false;
        } catch (RuntimeException bug) {
            log.atError().addKeyValue("call", run.callId()).addKeyValue("engine", engine.get().name()).setCause(bug)
                    .log("engine is broken");
            return false;
        }
        if (engine.get().takesTurns() && run.mediaFormat().equals(MediaFormat.MULAW_8K)) {
            conversation.speech = new CallerSpeech();
        }
        return true;
    }
}
