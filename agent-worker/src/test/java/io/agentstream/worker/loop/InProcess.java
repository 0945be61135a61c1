package io.agentstream.worker.loop;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.cascade.CascadeEngine;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.NoPorts;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.Usage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;

/// Services that answer at once, each from a thread of its own.
final class InProcess extends NoPorts {
    final List<BrainRequest> asked = new CopyOnWriteArrayList<>();
    final List<String> keys = new CopyOnWriteArrayList<>();
    final AtomicInteger heardBytes = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    volatile String words = "";
    /// Who is told what the newest ear hears.
    volatile Ear.Listener hearer;
    /// What the brain gives a tool, as it writes it.
    volatile String arguments = "{}";

    volatile boolean toolsAnswer = true;
    /// Until when the brain says nothing.
    volatile CountDownLatch silence = new CountDownLatch(0);

    /// A worker whose conversations have these services.
    LoopFixture worker() {
        return worker(LoopFixture.producer());
    }

    /// @param events what was written before it came, and where it writes
    LoopFixture worker(MockProducer<byte[], byte[]> events) {
        return new LoopFixture(
                LoopFixture.engines(new CascadeEngine(_ -> this, FailureListener.NOBODY)), events, new LoopFixture.Mock(), LoopFixture.producer());
    }

    private static void later(Runnable what) {
        Thread.ofVirtual().start(what);
    }

    @Override
    public Ear ear(Service service, Settings settings, Ear.Listener listener) {
        hearer = listener;
        return new Ear() {
            @Override
            public void hear(Slice audio) {
                heardBytes.addAndGet(audio.length());
            }

            @Override
            public void finish() {
                later(() -> {
                    if (!words.isEmpty()) {
                        listener.on(new Heard.Final(words, List.of(), 1));
                    }
                    listener.on(new Heard.TurnEnded(words));
                });
            }

            @Override
            public Usage usage() {
                return Usage.heard(heardBytes.get() / MuLaw.BYTES_PER_MS);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    @Override
    public Brain brain(Service service) {
        return new Brain() {
            @Override
            public Answering ask(BrainRequest request, Brain.Listener listener) {
                asked.add(request);
                later(() -> think(request, listener));
                return () -> { };
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private void think(BrainRequest request, Brain.Listener listener) {
        try {
            silence.await();
        } catch (InterruptedException unwanted) {
            throw new IllegalStateException(unwanted);
        }
        switch (request.messages().getLast()) {
            case Message.Caller(String said) when said.contains("order") ->
                listener.on(new Thought.ToolCall("use-1", "order", arguments));
            case Message.Caller(String said) when said.contains("button") ->
                listener.on(new Thought.ToolCall("use-3", "press", "{}"));
            case Message.Caller(String said) when said.contains("broken") -> {
                listener.on(new Thought.Failed(new ServiceFailure.Refused("status 401"), Usage.NONE));
                return;
            }
            case Message.Caller(String said) -> listener.on(new Thought.Text("You said: " + said));
            case Message.ToolResult _ -> {
                listener.on(new Thought.Text("It is on its "));
                listener.on(new Thought.Text("way. Goodbye."));
                listener.on(new Thought.ToolCall("use-2", "bye", "{}"));
            }
            case Message.Agent _, Message.Instructions _ -> listener.on(new Thought.Text("Yes?"));
        }
        listener.on(new Thought.Done(Thought.Reason.FINISHED, Usage.tokens(10, 0, 5)));
    }

    @Override
    public Mouth mouth(Service service, Settings settings) {
        return new Mouth() {
            @Override
            public Utterance speak(Mouth.Listener listener) {
                StringBuilder text = new StringBuilder();
                return new Utterance() {
                    @Override
                    public boolean say(String more) {
                        text.append(more);
                        return true;
                    }

                    @Override
                    public void end() {
                        later(() -> {
                            listener.on(new Spoken.Audio(Slice.of(new byte[text.length() * 160])));
                            listener.on(new Spoken.Words(List.of(new TimedWord(text.toString(), 0, text.length() * 20L))));
                            listener.on(new Spoken.Done(Usage.NONE));
                        });
                    }

                    @Override
                    public void cancel() {}

                    @Override
                    public Usage usage() {
                        return Usage.spoken(text.length(), text.length() * 20L);
                    }
                };
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    @Override
    public Tools tools() {
        return (request, key, listener) -> {
            keys.add(key);
            if (toolsAnswer) {
                later(() -> listener.on(false, "{\"state\":\"shipped\"}"));
            }
            return () -> { };
        };
    }

}
