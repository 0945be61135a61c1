package io.agentstream.worker.service.fallback;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Serial;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Asks the next brain where one fails before a word. What was used by those that failed is added up.
public final class FallbackBrain implements Brain {

    private final List<Brain> brains;
    private final Standing standing;

    /// @param brains best first, as many as `standing` counts; closed with this one
    public FallbackBrain(List<Brain> brains, Standing standing) {
        this.brains = List.copyOf(brains);
        this.standing = standing;
    }

    @Override
    public Answering ask(BrainRequest request, Listener listener) {
        Asked asked = new Asked(request, listener);
        asked.begin();
        return asked;
    }

    @Override
    public void warmUp() {
        brains.getFirst().warmUp();
    }

    @Override
    public void close() {
        brains.forEach(Brain::close);
    }

    private final class Asked implements Answering {

        private final BrainRequest request;
        private final Gate<Thought> gate;
        private final Serial serial = new Serial();
        /// All below: only the tasks of `serial`.
        private final Set<Integer> tried = new HashSet<>();
        private @Nullable Answering current;
        private Usage usage = Usage.NONE;
        private boolean begun;

        private Asked(BrainRequest request, Listener listener) {
            this.request = request;
            this.gate = new Gate<>(listener::on);
        }

        private void begin() {
            serial.run(this::next);
        }

        private void next() {
            OptionalInt member = standing.ask(tried);
            if (member.isPresent() && gate.isOpen()) {
                int brain = member.getAsInt();
                tried.add(brain);
                current = brains.get(brain).ask(request, thought -> serial.run(() -> take(brain, thought)));
            }
        }

        private void take(int brain, Thought thought) {
            switch (thought) {
                case Thought.Text _, Thought.ToolCall _ -> {
                    begun = true;
                    gate.tell(thought);
                }
                case Thought.Done(Thought.Reason reason, Usage used) -> {
                    standing.succeeded(brain);
                    gate.tellLast(new Thought.Done(reason, usage.plus(used)));
                }
                case Thought.Failed failed -> failed(brain, failed);
            }
        }

        private void failed(int brain, Thought.Failed failed) {
            standing.failed(brain, failed.failure());
            usage = usage.plus(failed.usage());
            if (begun || tried.size() == brains.size()) {
                gate.tellLast(new Thought.Failed(failed.failure(), usage));
            } else {
                next();
            }
        }

        @Override
        public void cancel() {
            gate.shut();
            serial.run(() -> {
                if (current != null) {
                    current.cancel();
                }
            });
        }
    }
}
