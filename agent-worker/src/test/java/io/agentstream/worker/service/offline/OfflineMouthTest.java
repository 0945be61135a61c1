package io.agentstream.worker.service.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.audio.voice.Voice;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.Usage;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class OfflineMouthTest {

    private final Told<Spoken> told = new Told<>();

    private static Mouth mouth(Voice voice, String name) {
        return new OfflineMouths(Map.of("v", voice), "v").open(new MouthSettings(
                Given.to(URI.create("http://nowhere.example"), Given.PATIENCE), "", name, "en", Json.MAPPER.createObjectNode()));
    }

    @Test
    void eachPieceIsSpokenInItsOrder() {
        Mouth mouth = mouth(text -> new byte[text.length() * 8], "v");

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hello. ");
        utterance.say("Bye.");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(List.of(56, 32), told.all(Spoken.Audio.class).stream().map(audio -> audio.muLaw().length()).toList());
        assertEquals(Usage.spoken(11, 11), utterance.usage());
    }

    @Test
    void aVoiceThatNobodyKnowsIsRefused() {
        mouth(_ -> new byte[8], "nobody").speak(told::on).end();

        assertInstanceOf(Refused.class, told.await(Spoken.Failed.class).failure());
    }

    @Test
    void aVoiceThatFailsSaysSoWithoutTheText() {
        Mouth.Utterance utterance = mouth(text -> {
            throw new IllegalStateException(text);
        }, "v").speak(told::on);

        utterance.say("Secret.");

        assertEquals(new Broken("the voice"), told.await(Spoken.Failed.class).failure());
    }

    /// An English voice has nothing to say of other scripts, and stumbles over some words: the call goes on without them.
    @Test
    void whatTheVoiceHasNoSoundForIsSaidWithoutOne() {
        for (Voice voice : List.<Voice>of(new FreeTtsVoice(), _ -> new byte[0])) {
            Told<Spoken> of = new Told<>();
            Mouth.Utterance utterance = mouth(voice, "v").speak(of::on);

            utterance.say("\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439\u0442\u0435.");
            utterance.end();

            of.await(Spoken.Done.class);
            assertEquals(1, of.all().size());
        }
    }

    @Test
    void nothingIsToldBehindCancel() {
        // given
        CountDownLatch speaking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch spoken = new CountDownLatch(1);
        Mouth.Utterance utterance = mouth(_ -> {
            speaking.countDown();
            await(go);
            spoken.countDown();
            return new byte[8];
        }, "v").speak(told::on);
        utterance.say("Hello.");
        await(speaking);

        // when
        utterance.cancel();
        go.countDown();
        await(spoken);

        // then
        assertEquals(List.of(), told.all());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException unwanted) {
            throw new IllegalStateException(unwanted);
        }
    }
}
