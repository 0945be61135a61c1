package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.caller.Step;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A call on the whole system, heard again over the API.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class AudioTest {

    private static final int MS = 8;

    @Test
    void aCallIsHeardAgainAsBothSidesHeardIt(LocalSystem system) throws Exception {
        // given a caller who interrupts the demo agent with a sentence, and hangs up in the middle of the answer
        byte[] words = new FreeTtsVoice().speak("Excuse me, I would like to speak to somebody who knows.");
        CallPlan plan = CallPlan.to(URI.create(system.demo().streamUrl()), system.demo().domain())
                .withSteps(List.of(
                        new Step(new Cue.AgentSpeaks(1_500), new Action.Say(Speech.ofMulaw(words))),
                        new Step(new Cue.AgentSpeaks(700), new Action.HangUp())))
                .withMaxMs(40_000);
        CallOutcome outcome = Telephone.place(plan);
        Api api = new Api(system.demo());
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");

        // when
        HttpResponse<byte[]> answer;
        try (HttpClient client = HttpClient.newHttpClient()) {
            answer = client.send(
                    HttpRequest.newBuilder(URI.create(system.demo().apiUrl() + "/api/v1/runs/" + run.path("id").asLong() + "/audio.wav"))
                            .header("Authorization", "Bearer " + api.key())
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }

        // then the caller's words stand on the left, to the sample, and on the right what reached his ear
        assertEquals(200, answer.statusCode());
        short[] left = side(answer.body(), 0);
        short[] right = side(answer.body(), 1);
        int began = find(left, decoded(words, firstSound(words), 2_000 * MS), 0);
        assertTrue(began > 0, "the caller's sentence is not on the left");
        byte[] heard = outcome.heard().mulaw();
        int sound = firstSound(heard);
        int greeted = find(right, decoded(heard, sound, 1_000 * MS), 0);
        assertTrue(greeted >= 0, "the greeting is not on the right");
        assertTrue(greeted < began, "the caller spoke before he was greeted");
        int quiet = 0; // the greeting stops while he speaks
        for (int i = began; i < Math.min(right.length, began + 3_000 * MS); i++) {
            quiet = right[i] == 0 ? quiet + 1 : 0;
            if (quiet > 300 * MS) {
                break;
            }
        }
        assertTrue(quiet > 300 * MS, "the agent went on");
    }

    private static short[] side(byte[] wav, int channel) {
        ByteBuffer in = ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN);
        short[] samples = new short[(wav.length - 44) / 4];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = in.getShort(44 + 4 * i + 2 * channel);
        }
        return samples;
    }

    private static short[] decoded(byte[] mulaw, int from, int count) {
        short[] samples = new short[Math.min(count, mulaw.length - from)];
        MuLaw.decode(mulaw, from, samples, 0, samples.length);
        return samples;
    }

    private static int firstSound(byte[] mulaw) {
        for (int at = 0; at < mulaw.length; at++) {
            if ((~mulaw[at] & 0x7F) > 0x18) {
                return at;
            }
        }
        throw new AssertionError("nothing but silence");
    }

    private static int find(short[] all, short[] part, int from) {
        for (int at = from; at + part.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }
}
