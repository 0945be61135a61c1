package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Thought;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A question in which a brain is offered the tools of servers. Where it does not take such a request it is asked once more, without them: what
/// somebody else's server has is not to mute the agent, nor to be held against the brain. Any thread.
final class Offering implements Brain.Answering {

    private final Brain brain;
    private final BrainRequest without;
    private final Brain.Listener listener;
    private final Runnable odd;
    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock.
    private boolean cancelled;
    private boolean again;
    private Brain.@Nullable Answering current;

    private Offering(Brain brain, BrainRequest without, Brain.Listener listener, Runnable odd) {
        this.brain = brain;
        this.without = without;
        this.listener = listener;
        this.odd = odd;
    }

    /// @param listener is told nothing of the first answer where there is a second one
    /// @param odd is told where the brain has taken the second request, so that it was the tools that it did not take
    static Brain.Answering ask(Brain brain, BrainRequest with, BrainRequest without, Brain.Listener listener, Runnable odd) {
        Offering offering = new Offering(brain, without, listener, odd);
        offering.ask(with);
        return offering;
    }

    private void ask(BrainRequest with) {
        lock.lock();
        try {
            Brain.Answering first = brain.ask(with, this::first);
            if (!again) { // it may have answered at once
                current = first;
            }
        } finally {
            lock.unlock();
        }
    }

    /// A request that is not taken is the first thing that is heard of it.
    private void first(Thought thought) {
        if (thought instanceof Thought.Failed failed && failed.failure() instanceof ServiceFailure.Refused refused && refused.request()) {
            askAgain();
        } else {
            listener.on(thought);
        }
    }

    private void askAgain() {
        lock.lock();
        try {
            again = true;
            if (!cancelled) {
                boolean[] told = {false};
                current = brain.ask(without, thought -> {
                    if (!told[0] && !(thought instanceof Thought.Failed)) {
                        odd.run();
                    }
                    told[0] = true;
                    listener.on(thought);
                });
            }
        } finally {
            lock.unlock();
        }
    }

    /// Not within the lock: who is just being told something may want it.
    @Override
    public void cancel() {
        Brain.Answering last;
        lock.lock();
        try {
            cancelled = true;
            last = current;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.cancel();
        }
    }
}
