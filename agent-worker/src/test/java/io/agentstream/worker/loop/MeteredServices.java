package io.agentstream.worker.loop;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.cascade.CascadeEngine;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.NoPorts;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.MockProducer;

/// Services of one worker that know what they were used for, whoever counts it beside them. They are slow, fail, say nothing, repeat themselves, break off, and answer
/// after they were stopped. The test's thread is theirs: they answer when they are told the time.
final class MeteredServices extends NoPorts {

    private static final Set<String> FIRST = Set.of("EAR deepgram", "BRAIN openai", "MOUTH openai");
    private static final int CHAR_MS = 20;

    private record Due(long atMs, long order, Runnable what) {}

    /// One use of a service. What it gives once it is over, or is not wanted any more, nobody has to pay.
    private static final class Used {
        private final Role role;
        private final Service service;
        private boolean over;
        private boolean told;
        private long characters;
        private long audioMs;
        private Usage tokens = Usage.NONE;

        Used(Role role, Service service) {
            this.role = role;
            this.service = service;
        }

        /// A brain tells what it has used, once.
        void tells(Usage usage) {
            if (!over) {
                over = true;
                tokens = usage;
                told = !usage.equals(Usage.NONE);
            }
        }

        ServiceUse use() {
            return new ServiceUse(
                    role, service.service(), service.model(), !FIRST.contains(role + " " + service.service()), 1, role == Role.BRAIN && !told ? 1 : 0,
                    tokens.inputTokens(), tokens.cachedTokens(), tokens.outputTokens(), 0, 0, characters, audioMs);
        }
    }

    private final Random random;
    private final LongSupplier clockMs;
    private final int badness;
    private final boolean ignoresStops;
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
    private final List<Used> used = new ArrayList<>();
    private long order;
    /// Keys under which tools were used.
    final List<String> keys = new ArrayList<>();
    /// What the caller has said last.
    String words = "";

    MeteredServices(Random random, LongSupplier clockMs) {
        this.random = random;
        this.clockMs = clockMs;
        this.badness = 3 + random.nextInt(20);
        this.ignoresStops = random.nextInt(3) == 0;
    }

    LoopFixture worker(MockProducer<byte[], byte[]> events, LoopFixture.Mock consumer) {
        return new LoopFixture(LoopFixture.engines(new CascadeEngine(_ -> this, FailureListener.NOBODY)), events, consumer, LoopFixture.producer());
    }

    /// What they were used for up to now.
    List<ServiceUse> given() {
        return used.stream().map(Used::use).map(List::of).reduce(List.of(), ServiceUse::sum);
    }

    /// How many of a kind are wanted at once.
    long wanted(Role role) {
        return used.stream().filter(each -> each.role == role && !each.over).count();
    }

    /// Says what is due.
    void answer() {
        Due next;
        while ((next = due.peek()) != null && next.atMs() <= clockMs.getAsLong()) {
            due.remove();
            next.what().run();
        }
    }

    private void later(long ms, Runnable what) {
        long afterMs = random.nextInt(badness) == 0 ? ms * (1 + random.nextInt(30)) : ms;
        due.add(new Due(clockMs.getAsLong() + afterMs, order++, what));
    }

    private Used begun(Role role, Service service) {
        Used begun = new Used(role, service);
        used.add(begun);
        return begun;
    }

    private ServiceFailure failure() {
        return switch (random.nextInt(4)) {
            case 0 -> new ServiceFailure.Refused("status 401");
            case 1 -> new ServiceFailure.Busy(0);
            case 2 -> new ServiceFailure.Silent(1_000);
            default -> new ServiceFailure.Broken("closed with 1011");
        };
    }

    @Override
    public Ear ear(Service service, Settings settings, Ear.Listener listener) {
        Used ear = begun(Role.EAR, service);
        return new Ear() {
            @Override
            public void hear(Slice audio) {
                ear.audioMs += ear.over ? 0 : audio.length() / MuLaw.BYTES_PER_MS;
            }

            @Override
            public void finish() {
                String text = words;
                words = "";
                switch (random.nextInt(badness)) {
                    case 0 -> later(100, () -> listener.on(new Heard.Failed(failure())));
                    case 1 -> { }
                    default -> later(200, () -> {
                        if (!text.isEmpty()) {
                            listener.on(new Heard.Final(text, List.of(), 1));
                        }
                        listener.on(new Heard.TurnEnded(text));
                    });
                }
            }

            @Override
            public Usage usage() {
                return Usage.heard(ear.audioMs);
            }

            @Override
            public void close() {
                ear.over = true;
            }
        };
    }

    @Override
    public Brain brain(Service service) {
        List<Used> asked = new ArrayList<>();
        return new Brain() {
            @Override
            public Answering ask(BrainRequest request, Brain.Listener listener) {
                Used brain = begun(Role.BRAIN, service);
                asked.add(brain);
                if (random.nextInt(4 * badness) == 0) {
                    brain.over = true;
                    throw new IllegalStateException("no address");
                }
                think(brain, listener);
                return () -> brain.over = true;
            }

            @Override
            public void close() {
                asked.forEach(each -> each.over = true);
            }
        };
    }

    private void think(Used brain, Brain.Listener listener) {
        Usage usage = Usage.tokens(10 + random.nextInt(90), random.nextInt(10), 1 + random.nextInt(50));
        String text = "I see. ".repeat(1 + random.nextInt(3));
        boolean uses = random.nextInt(3) == 0;
        boolean leaves = random.nextInt(12) == 0;
        boolean repeats = random.nextInt(badness) == 0;
        switch (random.nextInt(badness)) {
            case 0 -> tell(brain, listener, 200, new Thought.Failed(failure(), random.nextBoolean() ? usage : Usage.NONE), brain::tells);
            case 1 -> { }
            default -> {
                tell(brain, listener, 300, new Thought.Text(text), _ -> { });
                if (uses || leaves) {
                    tell(brain, listener, 350, new Thought.ToolCall("use-" + order, uses ? "order" : "bye", uses ? "{\"number\":\"" + order + "\"}" : "{}"), _ -> { });
                }
                tell(brain, listener, 400, new Thought.Done(Thought.Reason.FINISHED, usage), brain::tells);
                if (repeats) {
                    tell(brain, listener, 401, new Thought.Done(Thought.Reason.FINISHED, usage), brain::tells);
                }
            }
        }
    }

    /// @param counts is told what is told, before it is
    private void tell(Used brain, Brain.Listener listener, long ms, Thought thought, Consumer<Usage> counts) {
        later(ms, () -> {
            if (brain.over && !ignoresStops) {
                return;
            }
            switch (thought) {
                case Thought.Done done -> counts.accept(done.usage());
                case Thought.Failed failed -> counts.accept(failed.usage());
                case Thought.Text _, Thought.ToolCall _ -> { }
            }
            listener.on(thought);
        });
    }

    @Override
    public Mouth mouth(Service service, Settings settings) {
        List<Used> speaking = new ArrayList<>();
        return new Mouth() {
            @Override
            public Utterance speak(Mouth.Listener listener) {
                Used mouth = begun(Role.MOUTH, service);
                speaking.add(mouth);
                if (random.nextInt(4 * badness) == 0) {
                    mouth.over = true;
                    throw new IllegalStateException("no address");
                }
                return utterance(mouth, listener);
            }

            @Override
            public void close() {
                speaking.forEach(each -> each.over = true);
            }
        };
    }

    private Mouth.Utterance utterance(Used mouth, Mouth.Listener listener) {
        return new Mouth.Utterance() {
            @Override
            public boolean say(String text) {
                mouth.characters += mouth.over ? 0 : text.length();
                return true;
            }

            @Override
            public void end() {
                long wholeMs = mouth.characters * CHAR_MS;
                switch (random.nextInt(badness)) {
                    case 0 -> {
                        makes(mouth, listener, 150, wholeMs / 3);
                        ends(mouth, listener, 180, new Spoken.Failed(failure(), Usage.NONE));
                    }
                    case 1 -> { }
                    default -> {
                        makes(mouth, listener, 150, wholeMs / 2);
                        makes(mouth, listener, 200, wholeMs - wholeMs / 2);
                        ends(mouth, listener, 250, new Spoken.Done(Usage.NONE));
                    }
                }
            }

            @Override
            public void cancel() {
                mouth.over = true;
            }

            @Override
            public Usage usage() {
                return Usage.spoken(mouth.characters, mouth.audioMs);
            }
        };
    }

    private void makes(Used mouth, Mouth.Listener listener, long ms, long audioMs) {
        later(ms, () -> {
            if (!mouth.over) {
                mouth.audioMs += audioMs;
            }
            if (audioMs > 0 && (!mouth.over || ignoresStops)) {
                listener.on(new Spoken.Audio(Slice.of(new byte[(int) audioMs * MuLaw.BYTES_PER_MS])));
            }
        });
    }

    private void ends(Used mouth, Mouth.Listener listener, long ms, Spoken end) {
        later(ms, () -> {
            if (!mouth.over || ignoresStops) {
                mouth.over = true;
                listener.on(end);
            }
        });
    }

    @Override
    public Tools tools() {
        return (request, key, listener) -> {
            keys.add(key);
            if (random.nextInt(badness) != 0) {
                later(300, () -> listener.on(false, "{\"state\":\"shipped\"}"));
            }
            return () -> { };
        };
    }
}
