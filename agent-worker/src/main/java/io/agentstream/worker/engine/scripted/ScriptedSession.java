package io.agentstream.worker.engine.scripted;

import io.agentstream.agents.ScriptedFlow;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.audio.voice.Voice;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// One conversation that follows a script. Where the line leads is decided within `think`; speaking it is left to a virtual
/// thread.
final class ScriptedSession implements AgentSession {

    private static final Logger log = LoggerFactory.getLogger(ScriptedSession.class);

    private final ScriptedFlow flow;
    private final Voice voice;
    private final ReplySink out;
    /// Only the loop.
    private ScriptedFlow.Memory memory;

    /// Held for the look at `turn` and the posting that depends on it, neither of which waits for anything.
    private final ReentrantLock lock = new ReentrantLock();
    /// The turn that is wanted, 0 for none; under the lock.
    private int turn;
    private volatile boolean open = true;

    /// @throws IllegalArgumentException where the memory is not one of this engine's
    ScriptedSession(ScriptedFlow flow, Voice voice, ReplySink out, @Nullable JsonNode memory) {
        this.flow = flow;
        this.voice = voice;
        this.out = out;
        this.memory = memory(memory);
    }

    private static ScriptedFlow.Memory memory(@Nullable JsonNode json) {
        if (json == null || json.isNull()) {
            return ScriptedFlow.Memory.NEW;
        }
        try {
            return Json.MAPPER.treeToValue(json, ScriptedFlow.Memory.class);
        } catch (JacksonException foreign) {
            throw new IllegalArgumentException("a memory of another version", foreign);
        }
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public void hear(MediaFrame.Audio frame) {}

    @Override
    public void think(int turn, Prompt prompt) {
        if (!open) {
            return;
        }
        ScriptedFlow.Line line = flow.next(memory, prompt);
        memory = line.memory();
        want(turn);
        out.post(new ReplyBegun(turn, memory.node(), line.manners(), Json.MAPPER.valueToTree(memory), line.outcome()));
        Thread.ofVirtual().name("engine-speak").start(() -> speak(turn, line));
    }

    private void speak(int turn, ScriptedFlow.Line line) {
        try {
            String text = line.text().substring(0, Math.min(line.text().length(), Voice.MAX_TEXT_CHARS));
            byte[] audio = voice.speak(text);
            if (audio.length > 0) { // a line of variables without values has nothing to be heard
                post(turn, new ReplyPart(turn, text, Slice.of(audio)));
            }
            post(turn, new ReplyFinished(turn, line.then()));
        } catch (RuntimeException failure) { // the text stays out of the log, and a voice may have put it in the message
            log.atError().addKeyValue("failure", failure.getClass().getSimpleName()).log("line could not be spoken");
            post(turn, new EngineFailed());
        }
    }

    private void post(int of, EngineReply reply) {
        lock.lock();
        try {
            if (turn == of) {
                out.post(reply);
            }
        } finally {
            lock.unlock();
        }
    }

    private void want(int wanted) {
        lock.lock();
        try {
            turn = wanted;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stop(int stopped) {
        lock.lock();
        try {
            if (turn == stopped) {
                turn = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        open = false;
        want(0);
    }
}
