package io.agentstream.worker.engine.scripted;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.ScriptedDefinition.Node;
import io.agentstream.agents.ScriptedDefinition.Parsed;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.dialogue.ScriptedDialogue;
import io.agentstream.audio.voice.Voice;
import io.agentstream.runtime.Causes;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Speaks the lines of a [ScriptedDefinition] with an offline voice; no outside service. The voice works on virtual threads.
public final class ScriptedEngine implements AgentEngine {

    private static final Logger log = LoggerFactory.getLogger(ScriptedEngine.class);

    /// Most lines of a definition that are spoken in advance.
    static final int MAX_LINES_AHEAD = 64;

    private final Map<String, Voice> voices;

    /// @param voices by name, all of [ScriptedDefinition#VOICES]; they keep what was said often
    public ScriptedEngine(Map<String, Voice> voices) {
        this.voices = Map.copyOf(voices);
    }

    @Override
    public String name() {
        return ScriptedDefinition.ENGINE;
    }

    @Override
    public boolean takesTurns() {
        return true;
    }

    @Override
    public boolean hears() {
        return false;
    }

    @Override
    public AgentSession open(Opening opening, ReplySink out) {
        if (!(opening.dialogue() instanceof ScriptedDialogue script)) {
            throw new IllegalArgumentException("not a scripted definition");
        }
        ScriptedDefinition definition = script.definition();
        ScriptedSession session = new ScriptedSession(voice(definition), out);
        Thread.ofVirtual().name("engine-ahead").start(() -> speakAhead(definition, session::isOpen));
        return session;
    }

    /// Speaks the lines of a definition in advance, so that its first call need not wait for them. Blocks.
    @Override
    public void warmUp(JsonNode json) {
        speakAhead(definition(json), () -> true);
    }

    private void speakAhead(ScriptedDefinition definition, BooleanSupplier wanted) {
        Voice voice = voice(definition);
        Stream<String> lines = definition.nodes().values().stream()
                .map(Node::say)
                .filter(Template::isFixed)
                .map(Template::text)
                .limit(MAX_LINES_AHEAD);
        try {
            lines.takeWhile(line -> wanted.getAsBoolean()).forEach(voice::speak);
        } catch (RuntimeException failure) { // whoever needs the line will find out
            log.atWarn().addKeyValue("failure", Causes.ofAny(failure)).log("line could not be spoken in advance");
        }
    }

    private Voice voice(ScriptedDefinition definition) {
        return Objects.requireNonNull(voices.get(definition.voice()), "a checked definition has a voice that there is");
    }

    private static ScriptedDefinition definition(JsonNode json) {
        return switch (ScriptedDefinition.parse(json)) {
            case Parsed.Valid valid -> valid.definition();
            case Parsed.Invalid invalid -> throw new IllegalArgumentException(
                    "not a scripted definition: " + invalid.problems().getFirst().field() + " " + invalid.problems().getFirst().message());
        };
    }
}
