package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.TurnStages;
import io.agentstream.worker.engine.cascade.CascadeEngine;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.Ports;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How long each stage of an answer takes, by services that answer when the test says so: each takes another time.
class StageLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "start": "talk",
             "nodes": {"talk": {"type": "agent", "say": "Welcome.", "prompt": "You are kind."}}}
            """;

    private final Told services = new Told();
    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines(new CascadeEngine(_ -> services, FailureListener.NOBODY)));
    private long seq = 10;
    private long timestampMs;

    /// Services that keep whom to tell.
    private static final class Told implements Ports {
        Ear.@Nullable Listener ear;
        Brain.@Nullable Listener brain;
        final List<Mouth.Listener> mouths = new ArrayList<>();
        int finishes;

        @Override
        public Ear ear(Service service, Settings settings, Ear.Listener listener) {
            ear = listener;
            return new Ear() {
                @Override
                public void hear(Slice audio) {}

                @Override
                public void finish() {
                    finishes++;
                }

                @Override
                public Usage usage() {
                    return Usage.NONE;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Brain brain(Service service) {
            return new Brain() {
                @Override
                public Answering ask(BrainRequest request, Brain.Listener listener) {
                    brain = listener;
                    return () -> { };
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            return new Mouth() {
                @Override
                public Utterance speak(Mouth.Listener listener) {
                    mouths.add(listener);
                    return new Utterance() {
                        @Override
                        public boolean say(String more) {
                            return true;
                        }

                        @Override
                        public void end() {}

                        @Override
                        public void cancel() {}

                        @Override
                        public Usage usage() {
                            return Usage.NONE;
                        }
                    };
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Tools tools() {
            throw new IllegalStateException("not here");
        }

        @Override
        public ToolServer server(Tool.Mcp server) {
            throw new IllegalStateException("not here");
        }

        void spoken(int times) {
            Mouth.Listener listener = mouths.get(times - 1);
            listener.on(new Spoken.Audio(Slice.of(new byte[4_000])));
            listener.on(new Spoken.Done(Usage.NONE));
        }
    }

    private void later(long ms, Runnable what) {
        fixture.nowMs.addAndGet(ms);
        what.run();
        fixture.work();
    }

    private <E extends ConversationEvent> List<E> told(Class<E> kind) {
        return fixture.conversationEvents().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void says(String words) {
        byte[] speech = new FreeTtsVoice().speak(words);
        byte[] audio = Arrays.copyOf(speech, speech.length + 24_000);
        Arrays.fill(audio, speech.length, audio.length, MuLaw.SILENCE);
        for (int n = 0; (n + 1) * 160 <= audio.length && services.finishes == 0; n++) {
            fixture.nowMs.addAndGet(20);
            timestampMs += 20;
            fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Audio(
                    CALL, seq++, fixture.nowMs.get(), timestampMs, new Slice(audio, n * 160, 160)));
            fixture.loop.work();
        }
        assertEquals(1, services.finishes, "the turn is over");
    }

    private int heard() {
        int turn = fixture.commands().stream()
                .filter(SocketCommand.Mark.class::isInstance).map(SocketCommand.Mark.class::cast).toList().getLast().turn();
        later(1_000, () -> fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.MarkReached(CALL, seq++, fixture.nowMs.get(), turn, "turn-" + turn)));
        return turn;
    }

    private static long of(@Nullable Long ms) {
        return Objects.requireNonNull(ms);
    }

    private double seconds(String stage) {
        return fixture.metrics.scrape().lines()
                .filter(line -> line.startsWith("agent_stream_worker_turn_stage_seconds_sum{") && line.contains("stage=\"" + stage + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void eachStageOfAnAnswerIsToldWithItsTime() throws Exception {
        // given a caller who was greeted, and has asked
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        fixture.workUntil(() -> services.mouths.size() == 1);
        later(30, () -> services.spoken(1));
        heard();
        says("Where is my order, please?");

        // when the ear has the words after 310 ms, the model begins after 720 and has a sentence after 95 more, the voice begins after 430, and the
        // gateway plays after 55; the model ends 140 ms behind its first word
        later(310, () -> Objects.requireNonNull(services.ear).on(new Heard.TurnEnded("Where is my order, please?")));
        Brain.Listener brain = Objects.requireNonNull(services.brain);
        later(720, () -> brain.on(new Thought.Text("Certainly it is on")));
        later(95, () -> brain.on(new Thought.Text(" its way. It")));
        later(45, () -> {
            brain.on(new Thought.Text(" left."));
            brain.on(new Thought.Done(Thought.Reason.FINISHED, Usage.tokens(1, 0, 1)));
        });
        later(385, () -> services.spoken(2));
        int turn = told(ConversationEvent.TurnStarted.class).getLast().turn();
        later(55, () -> fixture.arrive(
                Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Playing(CALL, seq++, fixture.nowMs.get(), turn, 1, 0, fixture.nowMs.get() * 1_000)));
        services.spoken(3);
        fixture.work();
        heard();

        // then
        ConversationEvent.Said said = told(ConversationEvent.Said.class).getLast();
        assertEquals("Certainly it is on its way. It left.", said.text());
        TurnStages stages = Objects.requireNonNull(said.stages());
        assertEquals(310, of(stages.wordsMs()) - of(stages.decidedMs()));
        assertEquals(720, of(stages.firstTokenMs()) - of(stages.wordsMs()));
        assertEquals(95, of(stages.sentenceMs()) - of(stages.firstTokenMs()));
        assertEquals(140, of(stages.lastTokenMs()) - of(stages.firstTokenMs()));
        assertEquals(430, of(stages.firstByteMs()) - of(stages.sentenceMs()));
        assertEquals(0, of(stages.sentMs()) - of(stages.firstByteMs()));
        assertEquals(55, of(stages.wireMs()) - of(stages.sentMs()));
        long firstAudioMs = told(ConversationEvent.Latency.class).stream()
                .filter(each -> each.turn() == turn && each.what().equals("first_audio")).findFirst().orElseThrow().ms();
        assertEquals(firstAudioMs, of(stages.sentMs()));
        assertTrue(of(stages.decidedMs()) >= 200 && of(stages.decidedMs()) <= 2_600, stages.toString());

        // and the greeting, which is a fixed line, has those that it passed since the run was running
        assertEquals(
                new TurnStages(0L, 0L, null, null, 0L, 30L, 30L, null), told(ConversationEvent.Said.class).getFirst().stages());

        // and so have the histograms, of both
        assertEquals(0.310, seconds("words"), 0.0005);
        assertEquals(0.720, seconds("first_token"), 0.0005);
        assertEquals(0.095, seconds("sentence"), 0.0005);
        assertEquals(0.140, seconds("last_token"), 0.0005);
        assertEquals(0.460, seconds("first_byte"), 0.0005);
        assertEquals(0.055, seconds("wire"), 0.0005);
        assertEquals(of(stages.decidedMs()) / 1_000.0, seconds("decided"), 0.0005);
    }
}
