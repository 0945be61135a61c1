package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceSocket;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class OpenAiRealtimeTest {

    private static final int TURN = 1_600;
    private static final String HELLO = "Hello, this is Acme.";
    private static final Usage ANSWERED = new Usage(10, 5, 3, 20, 7, 0, 0);

    private final Wire wire = Given.wire();
    private final Told<Lived> told = new Told<>();
    private PlayedRealtime server = PlayedRealtime.start(PlayedVoice.PROMPT, Answer.says(HELLO));

    @AfterEach
    void end() throws IOException {
        server.close();
        wire.close();
    }

    private void plays(PlayedVoice voice, Answer... answers) {
        server.close();
        server = PlayedRealtime.start(voice, answers);
    }

    private Realtime open(Patience patience, long sessionMs, Message... history) {
        return open(server.url(), patience, sessionMs, history);
    }

    private Realtime open(URI url, Patience patience, long sessionMs, Message... history) {
        RealtimeSettings settings = new RealtimeSettings(
                Given.to(url, patience), "gpt-realtime", "marin", "You answer the phone.", "en",
                List.of(new BrainRequest.Tool("lookup", "Finds", Json.MAPPER.createObjectNode().put("type", "object"))), sessionMs,
                Json.MAPPER.createObjectNode());
        return new OpenAiRealtimes(wire).open(settings, List.of(history), told::on);
    }

    private Realtime open(Message... history) {
        return open(Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS, history);
    }

    /// The caller says something, and is answered.
    private static void speak(Realtime realtime, int turn) {
        for (int at = 0; at < TURN; at += 160) {
            realtime.hear(Slice.of(new byte[160]));
        }
        realtime.finish(turn);
        realtime.answer(turn, "");
    }

    private String said(int answer) {
        return told.all(Lived.Said.class).stream().filter(said -> said.answer() == answer).map(Lived.Said::text).collect(Collectors.joining());
    }

    private int audioBytes(int answer) {
        return told.all(Lived.Audio.class).stream().filter(audio -> audio.answer() == answer).mapToInt(audio -> audio.muLaw().length()).sum();
    }

    private static List<String> texts(List<JsonNode> items) {
        return items.stream().map(event -> event.path("item").path("content").path(0).path("text").asString("")).toList();
    }

    @Test
    void theSessionIsSetUpBeforeAnythingElse() {
        Realtime realtime = open();

        realtime.answer(1, "Greet the caller.");

        told.await(Lived.Answered.class);
        JsonNode setup = server.events().getFirst();
        assertEquals("session.update", setup.path("type").asString(""));
        assertEquals("audio/pcmu", setup.path("session").path("audio").path("input").path("format").path("type").asString(""));
        assertEquals("audio/pcmu", setup.path("session").path("audio").path("output").path("format").path("type").asString(""));
        assertTrue(setup.path("session").path("audio").path("input").path("turn_detection").isNull());
        assertEquals("lookup", setup.path("session").path("tools").path(0).path("name").asString(""));
        assertEquals("Greet the caller.", server.events("response.create").getFirst().path("response").path("instructions").asString(""));
        assertEquals("Bearer " + Given.KEY, server.asked().getFirst().headers().get("authorization"));
        assertEquals("gpt-realtime", server.asked().getFirst().query().get("model"));
        realtime.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SPLIT", "UNKNOWN"})
    void whatTheCallerSaysIsAnswered(Mishap mishap) {
        server.next(mishap);
        Realtime realtime = open();

        speak(realtime, 1);

        assertEquals(new Lived.Answered(1, true, ANSWERED), told.await(Lived.Answered.class));
        assertEquals(HELLO, said(1));
        assertEquals(HELLO.length() * 80, audioBytes(1));
        assertEquals(new Lived.CallerSaid(1, "Turn 1 of the caller."), told.await(Lived.CallerSaid.class));
        assertEquals(TURN, server.heardBytes());
        assertEquals(ANSWERED.plus(Usage.heard(HELLO.length() * 10L)), realtime.usage());
        realtime.close();
    }

    @Test
    void noAnswerIsAskedForBeforeAllOfTheTurnWasSent() {
        Realtime realtime = open();

        speak(realtime, 1);

        told.await(Lived.Answered.class);
        List<String> asked = server.events().stream().map(event -> event.path("type").asString("")).filter(type -> !type.equals("session.update")).toList();
        assertEquals(List.of("input_audio_buffer.commit", "response.create"), asked);
        realtime.close();
    }

    @Test
    void aTurnThatWasNotFinishedIsNone() {
        // given
        Realtime realtime = open();
        realtime.hear(Slice.of(new byte[160]));

        // when
        realtime.forget();
        speak(realtime, 2);

        // then
        told.await(Lived.Answered.class);
        assertEquals(1, server.events("input_audio_buffer.clear").size());
        assertEquals(2, told.await(Lived.CallerSaid.class).turn());
        realtime.close();
    }

    @Test
    void aTurnOfWhichNothingWasHeardHasNoWords() {
        Realtime realtime = open();

        realtime.finish(7);

        assertEquals(new Lived.CallerSaid(7, ""), told.await(Lived.CallerSaid.class));
        realtime.close();
    }

    @Test
    void whatTheAgentIsToDoMayChange() {
        // given
        Realtime realtime = open();
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        realtime.become("Be brief.", List.of());
        realtime.answer(2, "");

        // then
        told.await(Lived.Answered.class, 2);
        JsonNode session = server.events("session.update").getLast().path("session");
        assertEquals("Be brief.", session.path("instructions").asString(""));
        assertEquals(0, session.path("tools").size());
        assertTrue(session.path("audio").isMissingNode());
        realtime.close();
    }

    @Test
    void whereTheCallerInterruptsTheModelIsToldWhatWasHeardAndNoMoreIsTold() {
        // given
        plays(new PlayedVoice(80, 0, 300), Answer.says(HELLO));
        Realtime realtime = open();
        realtime.answer(1, "");
        Lived.Audio audio = told.await(Lived.Audio.class);

        // when
        realtime.stop(1);
        realtime.interrupted(audio.item(), 40);
        realtime.answer(2, "");

        // then
        assertEquals(2, told.await(Lived.Answered.class).answer());
        assertEquals(1, told.all(Lived.Audio.class).stream().filter(each -> each.answer() == 1).count());
        assertEquals("r0", server.events("response.cancel").getFirst().path("response_id").asString(""));
        JsonNode truncate = server.events("conversation.item.truncate").getFirst();
        assertEquals(audio.item(), truncate.path("item_id").asString(""));
        assertEquals(40, truncate.path("audio_end_ms").asInt(0));
        realtime.close();
    }

    @Test
    void whatWasHeardWholeIsNotTruncated() {
        // given
        Realtime realtime = open();
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        realtime.interrupted(told.all(Lived.Audio.class).getFirst().item(), 60_000);
        realtime.answer(2, "");

        // then
        told.await(Lived.Answered.class, 2);
        assertEquals(List.of(), server.events("conversation.item.truncate"));
        realtime.close();
    }

    @Test
    void aToolIsCalledOnceAndItsResultAnswered() {
        // given
        plays(PlayedVoice.PROMPT, Answer.calls("lookup"), Answer.says("It is there."));
        Realtime realtime = open();
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        realtime.tell(new Message.ToolResult("call-r0", "{\"found\":true}"));
        realtime.answer(2, "");

        // then
        told.await(Lived.Answered.class, 2);
        assertEquals(List.of(new Lived.ToolCall(1, new Thought.ToolCall("call-r0", "lookup", "{}"))), told.all(Lived.ToolCall.class));
        JsonNode output = server.events("conversation.item.create").getFirst().path("item");
        assertEquals("{\"found\":true}", output.path("output").asString(""));
        assertEquals("It is there.", said(2));
        realtime.close();
    }

    @Test
    void anAnswerThatIsWantedWhileOneIsUnderWayWaitsForItsEnd() {
        // given
        plays(new PlayedVoice(80, 0, 100), Answer.says(HELLO));
        Realtime realtime = open();
        realtime.answer(1, "");
        told.await(Lived.Audio.class);

        // when
        realtime.answer(2, "Again.");

        // then
        told.await(Lived.Answered.class, 2);
        assertEquals(2, server.events("response.create").size());
        assertEquals(HELLO, said(1));
        assertEquals(HELLO, said(2));
        realtime.close();
    }

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
    void aToolOfAnAnswerThatWasCancelledIsNotCalled() {
        // given
        String item = "{\"type\":\"function_call\",\"status\":\"incomplete\",\"call_id\":\"c1\",\"name\":\"lookup\",\"arguments\":\"{\\\"id\\\":\"}";
        AwkwardRealtime interrupted = AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            while (!socket.next().orElseThrow().text().contains("response.create")) { // first comes what the session is to be
                continue;
            }
            socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
            socket.text("{\"type\":\"response.output_item.added\",\"response_id\":\"r1\",\"item\":{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"lookup\"}}");
            socket.text("{\"type\":\"response.function_call_arguments.done\",\"response_id\":\"r1\",\"call_id\":\"c1\",\"arguments\":\"{}\"}");
            socket.text("{\"type\":\"response.output_item.done\",\"response_id\":\"r1\",\"item\":" + item + "}");
            socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"cancelled\",\"output\":[" + item + "]}}");
            socket.next();
        });
        try (interrupted) {
            // when
            Realtime realtime = open(interrupted.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);
            realtime.answer(1, "");

            // then
            assertTrue(!told.await(Lived.Answered.class).whole());
            assertEquals(List.of(), told.all(Lived.ToolCall.class));
            realtime.close();
        }
    }

    @Test
    void anAnswerThatHasCalledAToolIsNotMadeAgainWhenItsSessionIsLost() {
        // given
        String item = "{\"type\":\"function_call\",\"status\":\"completed\",\"call_id\":\"c1\",\"name\":\"lookup\",\"arguments\":\"{}\"}";
        AwkwardRealtime lost = AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            while (!socket.next().orElseThrow().text().contains("response.create")) { // first comes what the session is to be
                continue;
            }
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

    @Test
    void nothingIsToldBehindClose() {
        // given
        plays(new PlayedVoice(80, 0, 100), Answer.says(HELLO));
        Realtime realtime = open();
        realtime.answer(1, "");
        told.await(Lived.Audio.class);

        // when
        realtime.close();

        // then
        List<Lived> then = told.all();
        Given.await("the connection is given up", () -> server.connections() == 0);
        assertEquals(then, told.all());
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

    private static List<BrainRequest.Tool> tools(String... names) {
        return Stream.of(names).map(name -> new BrainRequest.Tool(name, "", Json.MAPPER.createObjectNode().put("type", "object"))).toList();
    }

    @Test
    void theToolsOfServersAreOfferedBesideAndByTheNextSessionToo() {
        // given
        Realtime realtime = open(Given.PATIENCE, 400);
        realtime.offer(tools("lookup", "kb_search"));
        realtime.answer(1, "");
        told.await(Lived.Answered.class);

        // when
        Given.await("there is another session", () -> server.asked().size() >= 2);
        Given.await("it is offered them", () -> offers().size() >= 2);

        // then
        JsonNode session = offers().getLast().path("session");
        assertEquals("kb_search", session.path("tools").path(1).path("name").asString(""));
        assertTrue(session.path("instructions").isMissingNode());
        realtime.close();
    }

    private List<JsonNode> offers() {
        return server.events("session.update").stream().filter(event -> event.path("event_id").asString("").equals("offer")).toList();
    }

    @Test
    void aServiceThatDoesNotTakeTheToolsOfServersGoesOnWithoutThem() {
        List<String> offered = new CopyOnWriteArrayList<>();
        AwkwardRealtime strict = AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            while (true) {
                JsonNode event = Json.MAPPER.readTree(socket.next().orElseThrow().text());
                if (event.path("event_id").asString("").equals("offer")) {
                    offered.add("offered");
                    socket.text("{\"type\":\"error\",\"error\":{\"code\":\"invalid_function_parameters\",\"event_id\":\"offer\"}}");
                } else if (event.path("type").asString("").equals("response.create")) {
                    socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
                    socket.text("{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"i1\",\"delta\":\"////\"}");
                    socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"completed\"}}");
                }
            }
        });
        try (strict) {
            Realtime realtime = open(strict.url(), Given.PATIENCE, 400);

            realtime.offer(tools("kb_search"));
            realtime.answer(1, "");

            assertTrue(told.await(Lived.Answered.class).whole());
            assertEquals(1, told.all(Lived.NotTaken.class).size());
            Given.await("there is another session", () -> strict.asked().size() >= 2);
            realtime.answer(2, "");
            told.await(Lived.Answered.class, 2);
            assertEquals(List.of("offered"), offered);
            assertEquals(List.of(), told.all(Lived.Failed.class));
            realtime.close();
        }
    }
}
