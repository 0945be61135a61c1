package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.engine.cascade.Failures;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Realtime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// What one service of speech tells, as inputs of the conversation. The session's thread says what is asked; the service's tell, one at a time.
final class Lives implements Realtime.Listener {

    private static final ServiceFailure BROKEN = new ServiceFailure(ServiceFailure.Kind.BROKEN);

    private final int number;
    private final SaidItems items;
    private final ReplySink out;
    private final Consumer<io.agentstream.worker.service.ServiceFailure> failed;
    private final Runnable well;
    private final Runnable notTaken;
    /// Held for as long as something is told: what was stopped is told by nobody when that has returned.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Asked> asked = new HashMap<>();

    /// What is being answered.
    private static final class Asked {
        private final int turn;
        private final int number;
        /// Whether it is a fixed line that is to be spoken.
        private final boolean line;
        /// Of its text; what is more is not told.
        private int characters;
        /// Whether there was anything in the answer.
        private boolean isSomething;

        private Asked(int turn, int number, boolean line) {
            this.turn = turn;
            this.number = number;
            this.line = line;
        }
    }

    /// @param number under which the loss of the service is told
    /// @param failed is told why it was lost
    /// @param well is told that it does something
    /// @param notTaken is told that it does not take the tools of servers
    Lives(
            int number, SaidItems items, ReplySink out, Consumer<io.agentstream.worker.service.ServiceFailure> failed, Runnable well,
            Runnable notTaken) {
        this.number = number;
        this.items = items;
        this.out = out;
        this.failed = failed;
        this.well = well;
        this.notTaken = notTaken;
    }

    void ask(int answer, int turn, int of, boolean line) {
        lock.lock();
        try {
            asked.put(answer, new Asked(turn, of, line));
        } finally {
            lock.unlock();
        }
    }

    /// The answers of a turn that are under way: nothing of them is told any more.
    List<Integer> stop(int turn, boolean lines) {
        lock.lock();
        try {
            List<Integer> stopped = asked.entrySet().stream()
                    .filter(each -> each.getValue().turn == turn && each.getValue().line == lines)
                    .map(Map.Entry::getKey)
                    .toList();
            stopped.forEach(asked::remove);
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void on(Lived event) {
        lock.lock();
        try {
            tell(event);
        } finally {
            lock.unlock();
        }
    }

    private void tell(Lived event) {
        switch (event) {
            case Lived.CallerSaid said -> out.post(new CallerQuoted(said.turn(), said.text()));
            case Lived.Audio audio -> {
                Asked to = asked.get(audio.answer());
                if (to != null) {
                    well.run();
                    to.isSomething = true;
                    items.add(to.turn, audio.item(), audio.muLaw().length());
                    out.post(to.line
                            ? new MouthSpoke(to.turn, to.number, audio.muLaw(), List.of())
                            : new BrainSpoke(to.turn, to.number, "", audio.muLaw()));
                }
            }
            case Lived.Said said -> {
                Asked to = asked.get(said.answer());
                if (to != null && !to.line && said.text().length() <= Brain.MAX_ANSWER_CHARACTERS - to.characters) {
                    to.characters += said.text().length();
                    out.post(new BrainSpoke(to.turn, to.number, said.text(), Slice.EMPTY));
                }
            }
            case Lived.ToolCall called -> {
                Asked to = asked.get(called.answer());
                if (to != null && !to.line) {
                    well.run();
                    to.isSomething = true;
                    out.post(new BrainCalled(to.turn, to.number, called.call().id(), called.call().name(), called.call().arguments()));
                }
            }
            case Lived.NotTaken _ -> notTaken.run();
            case Lived.Answered answered -> answered(answered);
            case Lived.Failed lost -> {
                failed.accept(lost.failure());
                out.post(new EarFailed(number, Failures.of(lost.failure())));
            }
        }
    }

    private void answered(Lived.Answered answered) {
        Asked to = asked.remove(answered.answer());
        if (to == null) {
            return;
        }
        boolean isDone = to.isSomething || (answered.whole() && !to.line); // a line that nobody hears was not said
        if (to.line) {
            out.post(isDone ? new MouthDone(to.turn, to.number) : new MouthFailed(to.turn, to.number, BROKEN));
        } else if (isDone) {
            out.post(new BrainDone(
                    to.turn, to.number, answered.usage().inputTokens() + answered.usage().inputAudioTokens(), answered.usage().cachedTokens(),
                    answered.usage().outputTokens() + answered.usage().outputAudioTokens()));
        } else {
            out.post(new BrainFailed(to.turn, to.number, BROKEN));
        }
    }
}
