package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceSocket;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.Usage;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Sessions that are lost, stand still, grow old, or do not begin.
final class OpenAiRealtimeSessionsTest extends RealtimeFixture {

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR_WITHIN", "HUGE"})
    void aSessionThatIsLostIsReplacedByOneThatKnowsWhatWasSaidAndDoesNotSayItAgain(Mishap mishap) {
        // given
        plays(new PlayedVoice(80, 0, 100), Answer.says(HELLO), Answer.says("I am back."));
        server.next(mishap);
        Realtime realtime = open(new Message.Caller("Earlier."));

        // when
        speak(realtime, 1);

        // then what was begun is over, and the next answer is the new session's
        assertEquals(new Lived.Answered(1, false, Usage.NONE), told.await(Lived.Answered.class));
        realtime.answer(2, "");
        told.await(Lived.Answered.class, 2);
        assertTrue(HELLO.startsWith(said(1)), said(1));
        assertEquals("I am back.", said(2));
        List<String> replayed = texts(server.events("conversation.item.create"));
        assertEquals("Earlier.", replayed.getFirst());
        assertTrue(HELLO.startsWith(replayed.getLast()) && !replayed.getLast().isEmpty(), replayed.toString());
        assertEquals(2, server.asked().size());
        realtime.close();
    }

    @Test
    void anOldSessionIsReplacedWhenNobodySpeaks() {
        // given
        Realtime realtime = open(Given.PATIENCE, 200);
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        Given.await("there is another session", () -> server.asked().size() >= 2);
        speak(realtime, 2);

        // then
        told.await(Lived.Answered.class, 2);
        assertEquals(HELLO, said(2));
        assertEquals(HELLO, texts(server.events("conversation.item.create")).getFirst());
        assertEquals(List.of(), told.all(Lived.Failed.class));
        realtime.close();
    }

    @Test
    void theHistoryHoldsWhatWasHeardNotWhatWasSaid() {
        // given
        Realtime realtime = open(Given.PATIENCE, 400);
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        realtime.interrupted(told.all(Lived.Audio.class).getFirst().item(), 70);
        Given.await("there is another session", () -> !texts(server.events("conversation.item.create")).isEmpty());

        // then
        assertEquals("Hello,", texts(server.events("conversation.item.create")).getFirst());
        realtime.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "NO_QUOTA", "GARBAGE"})
    void whatIsRefusedIsNotTriedAgain(Mishap mishap) {
        server.next(mishap);
        Realtime realtime = open();

        assertInstanceOf(Refused.class, told.await(Lived.Failed.class).failure());
        assertEquals(1, server.asked().size());
        realtime.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY", "ERROR", "LOST"})
    void aSessionThatDoesNotBeginIsBegunAgain(Mishap mishap) {
        server.next(mishap);
        Realtime realtime = open();

        speak(realtime, 1);

        assertTrue(told.await(Lived.Answered.class).whole());
        realtime.close();
    }

    @Test
    void aServiceThatSaysNothingIsGivenUp() {
        server.next(Mishap.SILENT, Mishap.SILENT, Mishap.SILENT);
        Realtime realtime = open(Given.IMPATIENCE, RealtimeSettings.USUAL_SESSION_MS);

        assertInstanceOf(Silent.class, told.await(Lived.Failed.class).failure());
        realtime.close();
    }

    @Test
    void aServiceThatSpeaksOfEverythingButTheSessionIsGivenUp() {
        AwkwardRealtime chatter = AwkwardRealtime.start(socket -> {
            while (true) {
                socket.text("{\"type\":\"tomorrow\"}");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        });
        try (chatter) {
            Realtime realtime = open(chatter.url(), Given.IMPATIENCE, RealtimeSettings.USUAL_SESSION_MS);

            assertInstanceOf(Silent.class, told.await(Lived.Failed.class).failure());
            realtime.close();
        }
    }

    @Test
    void anAnswerThatHasCalledAToolIsNotMadeAgainWhenItsSessionIsLost() {
        // given
        String item = "{\"type\":\"function_call\",\"status\":\"completed\",\"call_id\":\"c1\",\"name\":\"lookup\",\"arguments\":\"{}\"}";
        AwkwardRealtime lost = AwkwardRealtime.start(socket -> {
            AwkwardRealtime.awaitsQuestion(socket);
            socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
            socket.text("{\"type\":\"response.output_item.done\",\"response_id\":\"r1\",\"item\":" + item + "}");
            socket.text("{\"type\":\"error\",\"error\":{\"code\":\"session_expired\"}}");
            socket.next();
        });
        try (lost) {
            // when
            Realtime realtime = open(lost.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);
            realtime.answer(1, "");

            // then it is over, and what was called is to be answered
            assertEquals(new Lived.Answered(1, false, Usage.NONE), told.await(Lived.Answered.class));
            Given.await("there is another session", () -> lost.asked().size() >= 2);
            assertEquals(1, told.all(Lived.ToolCall.class).size());
            realtime.close();
        }
    }

    private static void untilAsked(ServiceSocket socket, String what) throws IOException {
        while (!socket.next().orElseThrow().text().contains(what)) {
            continue;
        }
    }

    private static void begin(ServiceSocket socket) throws IOException {
        socket.text("{\"type\":\"session.updated\"}");
        untilAsked(socket, "response.create");
        socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
        socket.text("{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"i1\",\"delta\":\"////\"}");
    }

    @Test
    void aSessionThatStandsStillWithinAnAnswerIsReplaced() {
        AwkwardRealtime still = AwkwardRealtime.start(socket -> {
            begin(socket);
            while (socket.next().isPresent()) {
                continue;
            }
        });
        try (still) {
            Realtime realtime = open(still.url(), Given.IMPATIENCE, RealtimeSettings.USUAL_SESSION_MS);

            realtime.answer(1, "");

            assertEquals(new Lived.Answered(1, false, Usage.NONE), told.await(Lived.Answered.class));
            Given.await("there is another session", () -> still.asked().size() >= 2);
            realtime.close();
        }
    }

    @Test
    void aSessionThatDoesNotEndWhatIsStoppedIsReplaced() {
        // given
        AwkwardRealtime deaf = AwkwardRealtime.start(socket -> {
            begin(socket);
            while (socket.next().isPresent()) {
                continue;
            }
        });
        try (deaf) {
            Realtime realtime = open(deaf.url(), Given.IMPATIENCE, RealtimeSettings.USUAL_SESSION_MS);
            realtime.answer(1, "");
            told.await(Lived.Audio.class);

            // when
            realtime.stop(1);
            realtime.answer(2, "");

            // then it is asked of another one
            Given.await("there is another session", () -> deaf.asked().size() >= 2);
            assertEquals(2, told.await(Lived.Answered.class).answer());
            realtime.close();
        }
    }

    @Test
    void aSessionThatRefusesWhatTheAgentIsToDoNowIsNotGoneOnWith() {
        AwkwardRealtime stubborn = AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            untilAsked(socket, "\"become\"");
            socket.text("{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"event_id\":\"become\"}}");
            socket.next();
        });
        try (stubborn) {
            Realtime realtime = open(stubborn.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);

            realtime.become("Be brief.", List.of());

            assertInstanceOf(Refused.class, told.await(Lived.Failed.class).failure());
            realtime.close();
        }
    }

    /// A service whose first session is lost as it is told, and whose second one answers what it has heard.
    private static AwkwardRealtime losing(AtomicInteger sessions, AtomicInteger heardBytes, List<String> items, AwkwardRealtime.Play first) {
        return AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            if (sessions.getAndIncrement() == 0) {
                first.with(socket);
                socket.reset();
                throw new IOException("lost");
            }
            while (true) {
                JsonNode event = Json.MAPPER.readTree(socket.next().orElseThrow().text());
                switch (event.path("type").asString("")) {
                    case "input_audio_buffer.append" -> heardBytes.addAndGet(Base64.getDecoder().decode(event.path("audio").asString("")).length);
                    case "conversation.item.create" -> items.add(event.path("item").path("content").path(0).path("text").asString(""));
                    case "input_audio_buffer.commit" -> {
                        items.add("a turn");
                        socket.text("{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"in2\"}");
                        socket.text("{\"type\":\"conversation.item.input_audio_transcription.completed\",\"item_id\":\"in2\",\"transcript\":\"Two tickets.\"}");
                    }
                    case "response.create" -> {
                        items.add("asked");
                        socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
                        socket.text("{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"i1\",\"delta\":\"////\"}");
                        socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"completed\"}}");
                    }
                    default -> { }
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"commit", "committed", "answering"})
    void whatTheCallerSaidToASessionThatIsLostIsAnsweredByTheNext(String lostAt) {
        AtomicInteger heardBytes = new AtomicInteger();
        List<String> items = new CopyOnWriteArrayList<>();
        AwkwardRealtime losing = losing(new AtomicInteger(), heardBytes, items, socket -> {
            untilAsked(socket, "input_audio_buffer.commit");
            if (!lostAt.equals("commit")) {
                socket.text("{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"in1\"}");
            }
            if (lostAt.equals("answering")) {
                untilAsked(socket, "response.create");
                socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r0\"}}");
            }
        });
        try (losing) {
            Realtime realtime = open(losing.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS, new Message.Caller("Earlier."));

            speak(realtime, 1);

            assertTrue(told.await(Lived.Answered.class).whole());
            assertEquals(List.of("Earlier.", "a turn", "asked"), items);
            assertEquals(TURN, heardBytes.get());
            assertEquals(List.of(new Lived.CallerSaid(1, "Two tickets.")), told.all(Lived.CallerSaid.class));
            realtime.close();
        }
    }

    @Test
    void aTurnInWhichTheSessionIsLostIsHeardFromItsBeginning() {
        AtomicInteger sessions = new AtomicInteger();
        AtomicInteger heardBytes = new AtomicInteger();
        List<String> items = new CopyOnWriteArrayList<>();
        AwkwardRealtime losing = losing(sessions, heardBytes, items, socket -> {
            for (int frames = 0; frames < 5; frames++) {
                untilAsked(socket, "input_audio_buffer.append");
            }
        });
        try (losing) {
            Realtime realtime = open(losing.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);
            for (int at = 0; at < TURN; at += 160) {
                realtime.hear(Slice.of(new byte[160]));
            }
            Given.await("there is another session", () -> sessions.get() == 2);

            speak(realtime, 1);

            assertTrue(told.await(Lived.Answered.class).whole());
            assertEquals(2 * TURN, heardBytes.get());
            assertEquals(List.of("a turn", "asked"), items);
            realtime.close();
        }
    }
}
