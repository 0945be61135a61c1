package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.runtime.Networks;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every mouth keeps, whatever its service does. The service speaks as [PlayedVoice] says.
public abstract class MouthContract {

    protected static final String TEXT = "Good morning. How are you?";

    protected final Wire wire = Given.wire();
    protected final Told<Spoken> told = new Told<>();

    protected abstract ServiceServer server();

    protected abstract void speaks(PlayedVoice voice);

    protected abstract MouthService service(Wire wire);

    protected Mouth mouth(Patience patience) {
        return mouth(service(wire), Given.to(server().url(), patience));
    }

    protected static Mouth mouth(MouthService service, Connection connection) {
        return service.open(Given.mouth(connection, service.usualVoice()));
    }

    protected static int audioBytes(Told<Spoken> told) {
        return told.all(Spoken.Audio.class).stream().mapToInt(audio -> audio.muLaw().length()).sum();
    }

    protected static byte[] audio(Told<Spoken> told) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        told.all(Spoken.Audio.class).forEach(audio -> all.writeBytes(audio.muLaw().copy()));
        return all.toByteArray();
    }

    private static Mouth.Utterance say(Mouth mouth, Told<Spoken> told) {
        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Good morning. ");
        utterance.say("How are you?");
        utterance.end();
        return utterance;
    }

    @AfterEach
    void end() throws IOException {
        server().close();
        wire.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SPLIT", "UNKNOWN"})
    void speaksAllThatIsSaidAndTellsWhatItTook(Mishap mishap) {
        server().next(mishap);
        Mouth mouth = mouth(Given.PATIENCE);

        say(mouth, told);

        Spoken.Done done = told.await(Spoken.Done.class);
        assertEquals(TEXT.length() * 80, audioBytes(told));
        assertEquals(Usage.spoken(TEXT.length(), TEXT.length() * 10L), done.usage());
        assertEquals(done, told.all().getLast());
        mouth.close();
    }

    @Test
    void whatIsSaidFirstIsHeardBeforeTheEnd() {
        Mouth mouth = mouth(Given.PATIENCE);
        Mouth.Utterance utterance = mouth.speak(told::on);

        utterance.say("Good morning. ");

        told.await(Spoken.Audio.class);
        utterance.end();
        told.await(Spoken.Done.class);
        mouth.close();
    }

    /// What becomes of a sentence with this voice.
    protected ServiceFailure failureWithTheVoice(String voice) {
        Mouth mouth = service(wire).open(Given.mouth(Given.to(server().url(), Given.PATIENCE), voice));
        say(mouth, told);
        ServiceFailure failure = told.await(Spoken.Failed.class).failure();
        mouth.close();
        return failure;
    }

    @Test
    void whereNothingIsToBeSaidNothingIsAsked() {
        Mouth mouth = mouth(Given.PATIENCE);

        mouth.speak(told::on).end();

        assertEquals(new Spoken.Done(Usage.NONE), told.await(Spoken.Done.class));
        assertEquals(List.of(), server().asked());
        mouth.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "NO_QUOTA"})
    void whatIsRefusedIsNotTriedAgain(Mishap mishap) {
        server().next(mishap);
        Mouth mouth = mouth(Given.PATIENCE);

        say(mouth, told);

        assertInstanceOf(Refused.class, told.await(Spoken.Failed.class).failure());
        assertEquals(1, told.all().size());
        assertEquals(1, server().asked().size());
        mouth.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY", "ERROR", "LOST"})
    void whatFailsBeforeASoundIsSaidAgain(Mishap mishap) {
        server().next(mishap);
        Mouth mouth = mouth(Given.PATIENCE);

        say(mouth, told);

        told.await(Spoken.Done.class);
        assertEquals(TEXT.length() * 80, audioBytes(told));
        mouth.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR_WITHIN", "HUGE", "GARBAGE"})
    void whatFailsBehindASoundIsToldAndTheNextUtteranceIsSpoken(Mishap mishap) {
        // given
        speaks(new PlayedVoice(80, 0, 100));
        server().next(mishap);
        Mouth mouth = mouth(Given.PATIENCE);
        say(mouth, told);

        // when
        Spoken.Failed failed = told.await(Spoken.Failed.class);
        Told<Spoken> next = new Told<>();
        say(mouth, next);

        // then
        assertInstanceOf(Broken.class, failed.failure());
        assertTrue(audioBytes(told) > 0 && audioBytes(told) < TEXT.length() * 80, audioBytes(told) + " bytes");
        next.await(Spoken.Done.class);
        assertEquals(TEXT.length() * 80, audioBytes(next));
        mouth.close();
    }

    @Test
    void whatEndsWithoutASoundWasNotSaid() {
        server().next(Mishap.EMPTY, Mishap.EMPTY, Mishap.EMPTY);
        Mouth mouth = mouth(Given.PATIENCE);

        say(mouth, told);

        assertEquals(Mouth.NO_AUDIO, told.await(Spoken.Failed.class).failure());
        assertEquals(1, told.all().size());
        mouth.close();
    }

    @Test
    void whatHasNoSoundIsSaidWithoutOne() {
        server().next(Mishap.EMPTY);
        Mouth mouth = mouth(Given.PATIENCE);
        Mouth.Utterance utterance = mouth.speak(told::on);

        utterance.say("\u2026 \uD83D\uDE42");
        utterance.end();

        told.await(Spoken.Done.class);
        mouth.close();
    }

    @Test
    void aServiceThatSaysNothingIsGivenUp() {
        server().next(Mishap.SILENT, Mishap.SILENT, Mishap.SILENT);
        Mouth mouth = mouth(new Patience(500, 300, 300, 1_000));

        say(mouth, told);

        assertInstanceOf(Silent.class, told.await(Spoken.Failed.class).failure());
        mouth.close();
    }

    @Test
    void anUtteranceThatNeverEndsIsGivenUp() {
        server().next(Mishap.UNENDED);
        Mouth mouth = mouth(new Patience(500, 2_000, 300, 2_000));

        say(mouth, told);

        assertInstanceOf(Silent.class, told.await(Spoken.Failed.class).failure());
        assertTrue(audioBytes(told) > 0);
        mouth.close();
    }

    @Test
    void anUtteranceThatTakesTooLongAsAWholeIsGivenUpWhateverCame() {
        speaks(new PlayedVoice(80, 0, 15_000));
        Mouth mouth = mouth(new Patience(2_000, 15_000, 15_000, 900));

        say(mouth, told);

        assertInstanceOf(Silent.class, told.await(Spoken.Failed.class).failure());
        assertTrue(audioBytes(told) > 0);
        mouth.close();
    }

    @Test
    void nothingIsToldBehindCancelAndOtherUtterancesGoOn() {
        // given
        speaks(new PlayedVoice(80, 0, 200));
        Mouth mouth = mouth(Given.PATIENCE);
        Mouth.Utterance utterance = say(mouth, told);
        told.await(Spoken.Audio.class);
        Told<Spoken> other = new Told<>();
        say(mouth, other);

        // when
        utterance.cancel();

        // then
        List<Spoken> then = told.all();
        other.await(Spoken.Done.class);
        assertEquals(then, told.all());
        assertFalse(utterance.say("more"));
        mouth.close();
    }

    @Test
    void closingCancelsAllAndDisconnects() {
        // given
        speaks(new PlayedVoice(80, 0, 500));
        Mouth mouth = mouth(Given.PATIENCE);
        say(mouth, told);
        told.await(Spoken.Audio.class);

        // when
        mouth.close();

        // then
        List<Spoken> then = told.all();
        Given.await("the connection is given up", () -> server().connections() == 0);
        assertEquals(then, told.all());
        mouth.speak(told::on).say("more");
        assertEquals(then, told.all());
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        Mouth mouth = mouth(Given.PATIENCE);
        Mouth.Utterance utterance = mouth.speak(told::on);

        assertFalse(utterance.say("x".repeat(Mouth.MAX_TEXT_CHARACTERS + 1)));

        mouth.close();
    }

    @Test
    void anAddressThatNobodyAllowedIsNotReached() throws IOException {
        try (Wire guarded = new Wire(Networks.parse(""))) {
            Mouth mouth = mouth(service(guarded), Given.to(server().url(), Given.PATIENCE));

            say(mouth, told);

            assertInstanceOf(Refused.class, told.await(Spoken.Failed.class).failure());
            assertEquals(List.of(), server().asked());
            mouth.close();
        }
    }
}
