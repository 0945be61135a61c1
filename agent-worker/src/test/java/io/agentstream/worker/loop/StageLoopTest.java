package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.TurnStages;
import io.agentstream.worker.engine.cascade.CascadeEngine;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.NoPorts;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.PlainBrain;
import io.agentstream.worker.service.PlainMouth;
import io.agentstream.worker.service.SilentUtterance;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
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
    private final LoopCaller caller = new LoopCaller(CALL, 24_000);

    /// Services that keep whom to tell.
    private static final class Told extends NoPorts {
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
            return new PlainBrain((request, listener) -> {
                brain = listener;
                return () -> { };
            });
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            return new PlainMouth(listener -> {
                mouths.add(listener);
                return new SilentUtterance();
            });
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

    private void says(String words) {
        caller.says(fixture, words, () -> services.finishes != 0);
        assertEquals(1, services.finishes, "the turn is over");
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
        caller.hears(fixture, 1);
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
        int turn = fixture.told(ConversationEvent.TurnStarted.class).getLast().turn();
        later(55, () -> fixture.arrive(
                Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Playing(CALL, caller.seq++, fixture.nowMs.get(), turn, 1, 0, fixture.nowMs.get() * 1_000)));
        services.spoken(3);
        fixture.work();
        caller.hears(fixture, 2);

        // then
        ConversationEvent.Said said = fixture.told(ConversationEvent.Said.class).getLast();
        assertEquals("Certainly it is on its way. It left.", said.text());
        TurnStages stages = Objects.requireNonNull(said.stages());
        assertEquals(310, of(stages.wordsMs()) - of(stages.decidedMs()));
        assertEquals(720, of(stages.firstTokenMs()) - of(stages.wordsMs()));
        assertEquals(95, of(stages.sentenceMs()) - of(stages.firstTokenMs()));
        assertEquals(140, of(stages.lastTokenMs()) - of(stages.firstTokenMs()));
        assertEquals(430, of(stages.firstByteMs()) - of(stages.sentenceMs()));
        assertEquals(0, of(stages.sentMs()) - of(stages.firstByteMs()));
        assertEquals(55, of(stages.wireMs()) - of(stages.sentMs()));
        long firstAudioMs = fixture.told(ConversationEvent.Latency.class).stream()
                .filter(each -> each.turn() == turn && each.what().equals("first_audio")).findFirst().orElseThrow().ms();
        assertEquals(firstAudioMs, of(stages.sentMs()));
        assertTrue(of(stages.decidedMs()) >= 200 && of(stages.decidedMs()) <= 2_600, stages.toString());

        // and the greeting, which is a fixed line, has those that it passed since the run was running
        assertEquals(
                new TurnStages(0L, 0L, null, null, 0L, 30L, 30L, null), fixture.told(ConversationEvent.Said.class).getFirst().stages());

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
