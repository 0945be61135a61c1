package io.agentstream.worker.service.fallback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedCartesia;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Connection;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarSettings;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.cartesia.CartesiaMouths;
import io.agentstream.worker.service.deepgram.DeepgramEars;
import io.agentstream.worker.service.elevenlabs.ElevenLabsMouths;
import io.agentstream.worker.service.openai.OpenAiBrains;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Two services in a row, over the wire.
final class FallbackTest {

    private static final BrainRequest QUESTION = BrainRequest.of(List.of(new Message.Caller("Hello?")));

    private final Wire wire = Given.wire();
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final Standing standing = new Standing(2, nowMs::get);
    private final Told<Thought> thoughts = new Told<>();
    private final Told<Spoken> sounds = new Told<>();

    @AfterEach
    void end() throws IOException {
        wire.close();
    }

    private Brain brain(PlayedChat first, PlayedChat second) {
        OpenAiBrains brains = new OpenAiBrains(wire);
        return new FallbackBrain(
                List.of(
                        brains.open(Given.brain(Given.to(first.url(), Given.PATIENCE))),
                        brains.open(Given.brain(Given.to(second.url(), Given.PATIENCE)))),
                standing);
    }

    @Test
    void theSecondBrainAnswersWhereTheFirstRefusesAndUntilItHasRested() {
        try (PlayedChat first = PlayedChat.start(PlayedBrain.says("first"));
                PlayedChat second = PlayedChat.start(PlayedBrain.says("second"))) {
            // given
            first.next(Mishap.REFUSED);
            Brain brain = brain(first, second);

            // when
            brain.ask(QUESTION, thoughts::on);
            thoughts.await(Thought.Done.class);
            brain.ask(QUESTION, thoughts::on);
            thoughts.await(Thought.Done.class, 2);
            nowMs.addAndGet(Chain.REFUSED_MS);
            brain.ask(QUESTION, thoughts::on);
            thoughts.await(Thought.Done.class, 3);

            // then
            assertEquals(List.of("second", "second", "first"), thoughts.all(Thought.Text.class).stream().map(Thought.Text::text).toList());
            assertEquals(Chain.of(2), standing.chain());
        }
    }

    @Test
    void whatWasSaidIsNotSaidByAnother() {
        try (PlayedChat first = PlayedChat.start(PlayedBrain.says("one", "two"));
                PlayedChat second = PlayedChat.start(PlayedBrain.says("second"))) {
            first.next(Mishap.CUT);

            brain(first, second).ask(QUESTION, thoughts::on);

            thoughts.await(Thought.Failed.class);
            assertEquals(List.of(), second.asked());
        }
    }

    @Test
    void whereAllFailTheLastFailureIsTold() {
        try (PlayedChat first = PlayedChat.start(PlayedBrain.says("x")); PlayedChat second = PlayedChat.start(PlayedBrain.says("x"))) {
            first.next(Mishap.REFUSED);
            second.next(Mishap.BUSY_FOR_LONG);

            brain(first, second).ask(QUESTION, thoughts::on);

            assertInstanceOf(io.agentstream.worker.service.ServiceFailure.Busy.class, thoughts.await(Thought.Failed.class).failure());
            assertEquals(1, thoughts.all().size());
        }
    }

    @Test
    void theSecondMouthSaysAllThatTheFirstWasGiven() {
        try (PlayedElevenLabs first = PlayedElevenLabs.start(PlayedVoice.PROMPT); PlayedCartesia second = PlayedCartesia.start(PlayedVoice.PROMPT)) {
            // given
            first.next(Mishap.REFUSED);
            Mouth mouth = new FallbackMouth(
                    List.of(
                            new ElevenLabsMouths(wire).open(Given.mouth(Given.to(first.url(), Given.PATIENCE))),
                            new CartesiaMouths(wire).open(Given.mouth(Given.to(second.url(), Given.PATIENCE)))),
                    standing);

            // when
            Mouth.Utterance utterance = mouth.speak(sounds::on);
            utterance.say("One. ");
            utterance.say("Two.");
            utterance.end();

            // then
            sounds.await(Spoken.Done.class);
            assertEquals(9 * 80, sounds.all(Spoken.Audio.class).stream().mapToInt(audio -> audio.muLaw().length()).sum());
            mouth.close();
            Given.await("the connection is given up", () -> second.connections() == 0);
        }
    }

    @Test
    void theSecondEarHearsOn() {
        try (PlayedDeepgram first = PlayedDeepgram.start(1_600, "never heard"); PlayedDeepgram second = PlayedDeepgram.start(1_600, "I am here")) {
            // given
            first.next(Mishap.NO_QUOTA);
            Told<Heard> told = new Told<>();
            DeepgramEars ears = new DeepgramEars(wire);
            Ear ear = FallbackEar.open(
                    List.of(
                            listener -> ears.open(settings(Given.to(first.url(), Given.PATIENCE)), listener),
                            listener -> ears.open(settings(Given.to(second.url(), Given.PATIENCE)), listener)),
                    standing, told::on);

            // when
            Given.await("the second is asked", () -> !second.asked().isEmpty());
            for (int i = 0; i < 10; i++) {
                ear.hear(Slice.of(new byte[160]));
            }

            // then
            assertEquals("I am here", told.await(Heard.TurnEnded.class).text());
            assertEquals(List.of(), told.all(Heard.Failed.class));
            ear.close();
        }
    }

    private static EarSettings settings(Connection connection) {
        return new EarSettings(connection, "nova-3", "en", 300, List.of(), Json.MAPPER.createObjectNode());
    }
}
