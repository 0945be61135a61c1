package io.agentstream.worker.engine.scripted;

import io.agentstream.agents.conversation.ConversationEffect.MouthEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.audio.voice.Voice;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mouth of one conversation that follows a script: speaks what it is given, on a virtual thread. Where the script leads is decided in the
/// conversation's machine.
final class ScriptedSession implements AgentSession {

    private static final Logger log = LoggerFactory.getLogger(ScriptedSession.class);

    private final Voice voice;
    private final ReplySink out;

    /// Held for the look at `turn` and the posting that depends on it, neither of which waits for anything.
    private final ReentrantLock lock = new ReentrantLock();
    /// The turn that is wanted, 0 for none; under the lock.
    private int turn;
    private volatile boolean open = true;

    ScriptedSession(Voice voice, ReplySink out) {
        this.voice = voice;
        this.out = out;
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public void perform(MouthEffect effect) {
        switch (effect) {
            case Speak speak -> {
                if (open) {
                    want(speak.turn());
                    Thread.ofVirtual().name("engine-speak").start(() -> speak(speak));
                }
            }
            case StopSpeaking stop -> stopSpeaking(stop.turn());
        }
    }

    private void speak(Speak what) {
        try {
            byte[] audio = voice.speak(what.text());
            if (audio.length > 0) { // a line of variables without values has nothing to be heard
                post(what.turn(), new MouthSpoke(what.turn(), what.number(), Slice.of(audio), List.of()));
            }
            post(what.turn(), new MouthDone(what.turn(), what.number()));
        } catch (RuntimeException failure) { // the text stays out of the log, and a voice may have put it in the message
            log.atError().addKeyValue("failure", Causes.ofAny(failure)).log("line could not be spoken");
            post(what.turn(), new MouthFailed(what.turn(), what.number(), new ServiceFailure(ServiceFailure.Kind.BROKEN)));
        }
    }

    private void post(int of, Answer answer) {
        lock.lock();
        try {
            if (turn == of) {
                out.post(answer);
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

    private void stopSpeaking(int stopped) {
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
