package io.agentstream.worker.service.fallback;

import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Serial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Lets the next mouth say it where one fails before a sound. What was used by those that failed is added up.
public final class FallbackMouth implements Mouth {

    private final List<Mouth> mouths;
    private final Standing standing;

    /// @param mouths best first, as many as `standing` counts; closed with this one
    public FallbackMouth(List<Mouth> mouths, Standing standing) {
        this.mouths = List.copyOf(mouths);
        this.standing = standing;
    }

    @Override
    public Utterance speak(Listener listener) {
        Speaking speaking = new Speaking(listener);
        speaking.begin();
        return speaking;
    }

    @Override
    public void warmUp() {
        standing.chain().choose(0, Set.of()).ifPresent(mouth -> mouths.get(mouth).warmUp());
    }

    @Override
    public void close() {
        mouths.forEach(Mouth::close);
    }

    private final class Speaking implements Utterance {

        private final Gate<Spoken> gate;
        private final Serial serial = new Serial();
        private final AtomicInteger characters = new AtomicInteger();
        private volatile boolean ended;
        private volatile @Nullable Utterance current;
        private volatile Usage usage = Usage.NONE;
        /// All below: only the tasks of `serial`.
        private final Set<Integer> tried = new HashSet<>();
        private final List<String> texts = new ArrayList<>();
        private boolean endSaid;
        private boolean begun;

        private Speaking(Listener listener) {
            gate = new Gate<>(listener::on);
        }

        private void begin() {
            serial.run(this::next);
        }

        private void next() {
            OptionalInt member = standing.ask(tried);
            if (member.isPresent() && gate.isOpen()) {
                int mouth = member.getAsInt();
                tried.add(mouth);
                Utterance utterance = mouths.get(mouth).speak(spoken -> serial.run(() -> take(mouth, spoken)));
                current = utterance;
                texts.forEach(utterance::say);
                if (endSaid) {
                    utterance.end();
                }
            }
        }

        private void take(int mouth, Spoken spoken) {
            switch (spoken) {
                case Spoken.Audio _, Spoken.Words _ -> {
                    begun = true;
                    standing.succeeded(mouth);
                    gate.tell(spoken);
                }
                case Spoken.Done(Usage used) -> gate.tellLast(new Spoken.Done(usage.plus(used)));
                case Spoken.Failed failed -> failed(mouth, failed);
            }
        }

        private void failed(int mouth, Spoken.Failed failed) {
            standing.failed(mouth, failed.failure());
            usage = usage.plus(failed.usage());
            current = null;
            if (begun || tried.size() == mouths.size()) {
                gate.tellLast(new Spoken.Failed(failed.failure(), usage));
            } else {
                next();
            }
        }

        @Override
        public boolean say(String text) {
            if (ended || !gate.isOpen() || characters.addAndGet(text.length()) > MAX_TEXT_CHARACTERS) {
                return false;
            }
            serial.run(() -> {
                texts.add(text);
                Utterance utterance = current;
                if (utterance != null) {
                    utterance.say(text);
                }
            });
            return true;
        }

        @Override
        public void end() {
            ended = true;
            serial.run(() -> {
                endSaid = true;
                Utterance utterance = current;
                if (utterance != null) {
                    utterance.end();
                }
            });
        }

        @Override
        public void cancel() {
            gate.shut();
            serial.run(() -> {
                Utterance utterance = current;
                if (utterance != null) {
                    utterance.cancel();
                }
            });
        }

        @Override
        public Usage usage() {
            Utterance utterance = current;
            return utterance == null ? usage : usage.plus(utterance.usage());
        }
    }
}
