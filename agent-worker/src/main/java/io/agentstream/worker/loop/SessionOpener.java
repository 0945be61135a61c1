package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.dialogue.CascadeDialogue;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.audio.Ambience;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.worker.definitions.Definitions;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.ReplySink;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Gives a conversation its dialogue and its engine, and its ear where the engine answers to speech. Only the loop.
final class SessionOpener {

    private static final Logger log = LoggerFactory.getLogger(SessionOpener.class);

    /// What became of it.
    enum Opened {
        OPEN,
        /// The text of the definition is not there yet.
        NOT_YET,
        /// There is no engine of the name, or it does not take the definition, or it is broken; the log says so.
        NEVER
    }

    private final AgentEngines engines;
    private final Definitions definitions;
    private final Function<LiveConversation, ReplySink> sinks;
    private final PassedOver passedOver = new PassedOver();

    /// @param sinks makes the way back from an engine to its conversation
    SessionOpener(AgentEngines engines, Definitions definitions, Function<LiveConversation, ReplySink> sinks) {
        this.engines = engines;
        this.definitions = definitions;
        this.sinks = sinks;
    }

    /// @param saved what another worker left of the conversation
    Opened open(LiveConversation conversation, @Nullable SavedConversation saved) {
        RunEvent.Running run = conversation.run;
        Optional<JsonNode> definition = definition(run);
        if (definition.isEmpty()) {
            return run.definitionKey() == null ? Opened.NEVER : Opened.NOT_YET;
        }
        try {
            return open(conversation, definition.get(), saved) ? Opened.OPEN : Opened.NEVER;
        } catch (RuntimeException | LinkageError | StackOverflowError bug) {
            log.atError().addKeyValue("call", run.callId()).setCause(bug).log("conversation could not be opened");
            return Opened.NEVER;
        }
    }

    /// Whether a definition that is not found is not there.
    boolean knowsDefinitions() {
        return definitions.ready();
    }

    private Optional<JsonNode> definition(RunEvent.Running run) {
        JsonNode inline = run.definition();
        String key = run.definitionKey();
        return inline != null ? Optional.of(inline) : key == null ? Optional.empty() : definitions.find(key);
    }

    private boolean open(LiveConversation conversation, JsonNode definition, @Nullable SavedConversation saved) {
        RunEvent.Running run = conversation.run;
        Optional<AgentEngine> engine = engines.of(definition);
        if (engine.isEmpty()) {
            log.atError().addKeyValue("call", run.callId()).log("the agent's definition names no engine that there is");
            return false;
        }
        try {
            Dialogues.Read read = Dialogues.read(definition, run);
            passedOver.say(run, read.passedOver(), saved != null);
            Dialogue dialogue = read.dialogue();
            conversation.state = Conversation.of(dialogue);
            conversation.engine = engine.get();
            conversation.session = engine.get().open(
                    new AgentEngine.Opening(
                            run.callId(), run.run().organizationId(), definition, run.initialContext(), run.mediaFormat(), dialogue,
                            saved == null ? null : saved.memory()),
                    sinks.apply(conversation));
        } catch (IllegalArgumentException bad) { // says where the definition is wrong
            log.atError()
                    .addKeyValue("call", run.callId())
                    .addKeyValue("engine", engine.get().name())
                    .addKeyValue("reason", bad.getMessage())
                    .log("engine did not open");
            return false;
        }
        if (engine.get().takesTurns() && run.mediaFormat().equals(MediaFormat.MULAW_8K)) {
            conversation.speech = new CallerSpeech();
            conversation.ambience = ambience(conversation.state.dialogue());
        }
        return true;
    }

    private static @Nullable Ambience ambience(Dialogue dialogue) {
        Settings.Ambient wanted = dialogue instanceof CascadeDialogue graph ? graph.graph().settings().ambient() : null;
        return wanted == null
                ? null
                : Ambience.of(
                        switch (wanted.sound()) {
                            case ROOM -> Ambience.Place.ROOM;
                            case OFFICE -> Ambience.Place.OFFICE;
                            case STREET -> Ambience.Place.STREET;
                        },
                        wanted.volumePercent());
    }
}
