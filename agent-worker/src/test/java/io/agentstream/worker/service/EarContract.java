package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every ear keeps, whatever its service does. The service understands [#FIRST], then [#SECOND], one for each [#UTTERANCE] bytes.
public abstract class EarContract {

    protected static final String FIRST = "I need help with my order";
    protected static final String SECOND = "It is number seven";
    protected static final int UTTERANCE = 3_200;
    protected static final int FRAME = 160;

    protected final Wire wire = Given.wire();
    protected final Told<Heard> told = new Told<>();

    protected abstract ServiceServer server();

    /// How much audio it got.
    protected abstract long heardBytes();

    /// The text messages that it got.
    protected abstract List<String> texts();

    /// Part of the last message that it gets; empty where there is none.
    protected String goodbye() {
        return "CloseStream";
    }

    protected abstract EarService service(Wire wire);

    protected abstract String model();

    protected Ear ear() {
        return service(wire).open(settings(Given.to(server().url(), Given.PATIENCE)), told::on);
    }

    protected EarSettings settings(Connection connection) {
        return new EarSettings(connection, model(), "en", 300, List.of("Acme", "Mr Smith"), Json.MAPPER.createObjectNode());
    }

    protected static void speak(Ear ear, int bytes) {
        for (int at = 0; at < bytes; at += FRAME) {
            ear.hear(Slice.of(new byte[FRAME]));
        }
    }

    protected List<String> turns() {
        return told.all(Heard.TurnEnded.class).stream().map(Heard.TurnEnded::text).toList();
    }

    @AfterEach
    void end() throws IOException {
        server().close();
        wire.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SPLIT", "UNKNOWN"})
    void tellsWordsAsTheyComeAndTurnsAsTheyEnd(Mishap mishap) {
        server().next(mishap);
        Ear ear = ear();

        speak(ear, UTTERANCE);
        told.await(Heard.TurnEnded.class);
        speak(ear, UTTERANCE);
        told.await(Heard.TurnEnded.class, 2);

        assertEquals(List.of(FIRST, SECOND), turns());
        List<Heard.Partial> partials = told.all(Heard.Partial.class);
        assertTrue(FIRST.startsWith(partials.getFirst().text()), partials.getFirst().text());
        assertEquals(SECOND, partials.getLast().text());
        assertEquals(1, server().asked().size());
        assertEquals(new Usage(0, 0, 0, 0, 0, 0, 2 * UTTERANCE / 8), ear.usage());
        ear.close();
    }

    @Test
    void audioThatComesBeforeTheConnectionIsHeard() {
        Ear ear = ear();

        speak(ear, UTTERANCE);

        told.await(Heard.TurnEnded.class);
        assertEquals(UTTERANCE, heardBytes());
        ear.close();
    }

    @Test
    void anEmptyFrameIsNotSent() {
        Ear ear = ear();

        ear.hear(Slice.EMPTY);
        speak(ear, UTTERANCE);

        told.await(Heard.TurnEnded.class);
        assertEquals(UTTERANCE, heardBytes());
        ear.close();
    }

    @Test
    void whatIsSaidIsToldWhenSomebodyElseThinksThatTheTurnIsOver() {
        // given
        Ear ear = ear();
        speak(ear, UTTERANCE / 2);
        told.await(Heard.Partial.class);

        // when
        ear.finish();

        // then
        String text = told.await(Heard.TurnEnded.class).text();
        assertTrue(FIRST.startsWith(text) && !text.isEmpty(), text);
        ear.close();
    }

    @Test
    void aServiceThatSaysNothingIsNotWaitedForAtTheEndOfATurn() {
        // given
        server().next(Mishap.SILENT);
        Ear ear = ear();
        speak(ear, UTTERANCE);
        Given.await("it is heard", () -> heardBytes() == UTTERANCE);

        // when
        ear.finish();

        // then
        assertEquals("", told.await(Heard.TurnEnded.class).text());
        ear.close();
    }

    @Test
    void silenceEndsNoTurn() {
        // given
        server().next(Mishap.EMPTY);
        Ear ear = ear();
        speak(ear, 3 * UTTERANCE);

        // when
        Given.await("it is heard", () -> heardBytes() == 3 * UTTERANCE);
        ear.finish();

        // then
        told.await(Heard.TurnEnded.class);
        assertEquals(List.of(""), turns());
        ear.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "NO_QUOTA"})
    void whatIsRefusedIsNotTriedAgain(Mishap mishap) {
        server().next(mishap);
        Ear ear = ear();

        speak(ear, UTTERANCE);

        assertInstanceOf(Refused.class, told.await(Heard.Failed.class).failure());
        assertEquals(1, told.all().size());
        assertEquals(1, server().asked().size());
        ear.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY", "ERROR", "LOST"})
    void aConnectionThatFailsIsMadeAgainAndNothingIsLost(Mishap mishap) {
        server().next(mishap);
        Ear ear = ear();

        speak(ear, UTTERANCE);

        told.await(Heard.TurnEnded.class);
        assertEquals(List.of(FIRST), turns());
        assertEquals(UTTERANCE, heardBytes());
        ear.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR_WITHIN", "HUGE", "GARBAGE"})
    void aConnectionThatBreaksIsMadeAgainWhenThereIsAudio(Mishap mishap) {
        // given
        server().next(mishap);
        Ear ear = ear();
        speak(ear, UTTERANCE / 2);
        told.await(Heard.Partial.class);

        // when
        Given.await("the connection is gone", () -> server().connections() == 0);
        Given.await("a whole turn is heard", () -> { // some of the audio is on its way to nobody
            speak(ear, FRAME);
            return turns().stream().anyMatch(text -> text.endsWith(FIRST));
        });

        // then
        assertEquals(List.of(), told.all(Heard.Failed.class));
        assertEquals(2, server().asked().size());
        ear.close();
    }

    @Test
    void wordsThatAreLeftByABreakEndTheirTurnByThemselves() {
        server().next(Mishap.CUT);
        Ear ear = ear();

        speak(ear, UTTERANCE / 2);

        String text = told.await(Heard.TurnEnded.class).text();
        assertTrue(FIRST.startsWith(text) && !text.isEmpty(), text);
        ear.close();
    }

    @Test
    void aServiceThatBreaksAgainAndAgainIsGivenUp() {
        server().next(Mishap.LOST, Mishap.LOST, Mishap.LOST, Mishap.LOST, Mishap.LOST);
        Ear ear = ear();

        speak(ear, UTTERANCE);

        assertInstanceOf(Broken.class, told.await(Heard.Failed.class).failure());
        assertEquals(4, server().asked().size());
        ear.close();
    }

    @Test
    void aServiceThatIsBusyForLongIsNotWaitedFor() {
        server().next(Mishap.BUSY_FOR_LONG);
        Ear ear = ear();

        speak(ear, UTTERANCE);

        assertEquals(new Busy(3_600_000), told.await(Heard.Failed.class).failure());
        ear.close();
    }

    @Test
    void closingSaysGoodbyeAndNothingIsToldBehindIt() {
        // given
        Ear ear = ear();
        speak(ear, UTTERANCE / 2);
        told.await(Heard.Partial.class);

        // when
        ear.close();

        // then
        List<Heard> then = told.all();
        Given.await("the connection is given up", () -> server().connections() == 0);
        assertEquals(then, told.all());
        assertTrue(goodbye().isEmpty() || texts().getLast().contains(goodbye()), texts().toString());
    }

    @Test
    void anAddressThatNobodyAllowedIsNotReached() throws IOException {
        try (Wire guarded = new Wire(Networks.parse(""))) {
            Ear ear = service(guarded).open(settings(Given.to(server().url(), Given.PATIENCE)), told::on);

            assertInstanceOf(Refused.class, told.await(Heard.Failed.class).failure());
            assertEquals(List.of(), server().asked());
            ear.close();
        }
    }

    @Test
    void nothingThatIsToldPrintsAWord() {
        Ear ear = ear();

        speak(ear, UTTERANCE);

        told.await(Heard.TurnEnded.class);
        assertFalse(told.all().toString().contains("need"), told.all().toString());
        ear.close();
    }
}
