package io.agentstream.dev.bench.talk;

import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.bench.process.Part;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.schemas.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/// Callers who ask the agent the same again and again, each time when it has been silent for a moment. They are asked to `place` their calls, and
/// for the `outcomes`, which takes until the last one has hung up.
public final class TalkersPart implements Part {

    /// Longer than the longest silence within the agent's answer.
    private static final long AGENT_SILENT_MS = 600;
    private static final int MOST_TURNS = 5_000;
    private static final int FRAME_BYTES = 160;
    /// About -30 dBFS in the seven bits of a mu-law magnitude.
    private static final int LOUD = 0x30;
    private static final byte SILENCE = (byte) 0xFF;

    private final TalkPlan plan;
    private final Speech speech = Speech.ofMulaw(untilTheLastWord(new FreeTtsVoice().speak(Calibration.QUESTION)));
    private final SimulatedProvider provider = new SimulatedProvider();
    private final List<Placed> placed = new ArrayList<>();

    private record Placed(SimulatedProvider.Placed call, AtomicLong startedAtMs) {}

    public TalkersPart(JsonNode settings) {
        plan = Json.MAPPER.treeToValue(settings, TalkPlan.class);
    }

    /// Whole frames, of which the last one is heard.
    static byte[] untilTheLastWord(byte[] muLaw) {
        int end = muLaw.length;
        while (end > 0 && (~muLaw[end - 1] & 0x7F) < LOUD) {
            end--;
        }
        byte[] frames = new byte[Math.ceilDiv(end, FRAME_BYTES) * FRAME_BYTES];
        Arrays.fill(frames, SILENCE);
        System.arraycopy(muLaw, 0, frames, 0, end);
        return frames;
    }

    @Override
    public Object opened() {
        return Map.of();
    }

    @Override
    public Object answer(String question, JsonNode argument) throws InterruptedException {
        return switch (question) {
            case "place" -> place();
            case "outcomes" -> outcomes();
            default -> throw Part.unknown(question);
        };
    }

    private Object place() throws InterruptedException {
        List<Step> steps = Collections.nCopies(MOST_TURNS, new Step(new Cue.AgentSilent(AGENT_SILENT_MS), new Action.Say(speech)));
        long startNs = System.nanoTime();
        for (int i = 0; i < plan.calls(); i++) {
            long afterMs = (long) (i / plan.callsPerSecond() * 1_000);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, startNs + TimeUnit.MILLISECONDS.toNanos(afterMs) - System.nanoTime()));
            AtomicLong startedAtMs = new AtomicLong();
            CallPlan call = CallPlan.to(URI.create(plan.urls().get(i % plan.urls().size())), plan.domain())
                    .withSteps(steps)
                    .withMaxMs(plan.rampMs() - afterMs + plan.talkMs());
            placed.add(new Placed(
                    provider.begin(call, event -> {
                        if (event.kind() == CallEvent.Kind.STARTED) {
                            startedAtMs.set(System.currentTimeMillis());
                        }
                    }),
                    startedAtMs));
        }
        return Map.of();
    }

    private List<Talked> outcomes() {
        return placed.stream()
                .map(each -> Talked.of(each.call().outcome().join(), each.startedAtMs().get(), speech.lengthMs()))
                .toList();
    }

    @Override
    public void close() {
        provider.close();
    }
}
