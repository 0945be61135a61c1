package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.Usage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

final class OpenAiRealtimeTest extends RealtimeFixture {

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

    @Test
    void aToolOfAnAnswerThatWasCancelledIsNotCalled() {
        // given
        String item = "{\"type\":\"function_call\",\"status\":\"incomplete\",\"call_id\":\"c1\",\"name\":\"lookup\",\"arguments\":\"{\\\"id\\\":\"}";
        AwkwardRealtime interrupted = AwkwardRealtime.start(socket -> {
            AwkwardRealtime.awaitsQuestion(socket);
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

    /// One that closes a session in which it is offered the tools of servers: at once, or when it is to answer.
    ///
    /// @param dislikes by the type of an event and whether the session was offered them
    private AwkwardRealtime closing(BiPredicate<String, Boolean> dislikes) {
        return closing(dislikes, 1008);
    }

    private AwkwardRealtime closing(BiPredicate<String, Boolean> dislikes, int code) {
        return AwkwardRealtime.start(socket -> {
            socket.text("{\"type\":\"session.updated\"}");
            boolean offered = false;
            while (true) {
                JsonNode event = Json.MAPPER.readTree(socket.next().orElseThrow().text());
                String type = event.path("type").asString("");
                offered |= event.path("event_id").asString("").equals("offer");
                if (dislikes.test(type, offered)) {
                    socket.close(code, "");
                    return;
                }
                if (type.equals("response.create")) {
                    socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
                    socket.text("{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"i1\",\"delta\":\"////\"}");
                    socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"completed\"}}");
                }
            }
        });
    }

    @Test
    void aServiceThatClosesTheSessionForTheToolsOfServersIsAskedOnceMoreWithoutThem() {
        List<BiPredicate<String, Boolean>> ways = List.of(
                (type, offered) -> offered, (type, offered) -> offered && type.equals("response.create"));
        for (int way = 0; way < ways.size(); way++) {
            try (AwkwardRealtime strict = closing(ways.get(way))) {
                Realtime realtime = open(strict.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);

                realtime.offer(tools("kb_search"));
                realtime.answer(1, "");

                assertTrue(told.await(Lived.Answered.class, way + 1).getLast().whole());
                assertEquals(way + 1, told.all(Lived.NotTaken.class).size());
                assertEquals(2, strict.asked().size());
                assertEquals(List.of(), told.all(Lived.Failed.class));
                realtime.close();
            }
        }
    }

    /// Who goes away, is restarted or has too much to do says nothing of the tools: they are offered again.
    @Test
    void aServiceThatClosesTheSessionForReasonsOfItsOwnIsOfferedTheSameTools() {
        for (int code : new int[] {1001, 1011, 1012, 1013}) {
            AtomicInteger sessions = new AtomicInteger();
            Told<Lived> of = new Told<>();
            try (AwkwardRealtime polite = closing((type, offered) -> offered && type.equals("response.create") && sessions.getAndIncrement() == 0, code)) {
                Realtime realtime = open(polite.url(), of);

                realtime.offer(tools("kb_search"));
                realtime.answer(1, "");

                assertTrue(of.await(Lived.Answered.class).whole(), "code " + code);
                assertEquals(List.of(), of.all(Lived.NotTaken.class), "code " + code);
                assertEquals(2, sessions.get(), "code " + code);
                realtime.close();
            }
        }
    }

    /// It is not the tools, then.
    @Test
    void oneThatClosesThatSessionTooHasFailed() {
        try (AwkwardRealtime strict = closing((type, offered) -> type.equals("response.create"))) {
            Realtime realtime = open(strict.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);

            realtime.offer(tools("kb_search"));
            realtime.answer(1, "");

            assertEquals(ServiceFailure.Refused.class, told.await(Lived.Failed.class).failure().getClass());
            assertEquals(List.of(), told.all(Lived.NotTaken.class));
            assertEquals(2, strict.asked().size());
            realtime.close();
        }
    }

    /// What it takes it is not blamed for.
    @Test
    void aSessionThatIsClosedBehindAnAnswerIsFollowedByOneThatIsOfferedTheSame() {
        AtomicInteger sessions = new AtomicInteger();
        List<Integer> offered = new CopyOnWriteArrayList<>();
        AwkwardRealtime tired = AwkwardRealtime.start(socket -> {
            int session = sessions.incrementAndGet();
            socket.text("{\"type\":\"session.updated\"}");
            while (true) {
                JsonNode event = Json.MAPPER.readTree(socket.next().orElseThrow().text());
                if (event.path("event_id").asString("").equals("offer")) {
                    offered.add(session);
                } else if (event.path("type").asString("").equals("response.create")) {
                    socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
                    socket.text("{\"type\":\"response.output_audio.delta\",\"response_id\":\"r1\",\"item_id\":\"i1\",\"delta\":\"////\"}");
                    socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"r1\",\"status\":\"completed\"}}");
                    if (session == 1) {
                        socket.close(1001, "going away");
                        return;
                    }
                }
            }
        });
        try (tired) {
            Realtime realtime = open(tired.url(), Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS);

            realtime.offer(tools("kb_search"));
            realtime.answer(1, "");
            told.await(Lived.Answered.class);
            realtime.answer(2, "");
            told.await(Lived.Answered.class, 2);

            assertEquals(List.of(1, 2), offered);
            assertEquals(List.of(), told.all(Lived.NotTaken.class));
            realtime.close();
        }
    }

    @Test
    void anAnswerThatFailsForTheRateBeforeASoundIsAskedForOnceMore() {
        plays(PlayedVoice.PROMPT, Answer.says(""), Answer.says(HELLO));
        server.failing(1);
        Realtime realtime = open();

        realtime.answer(1, "");

        assertTrue(told.await(Lived.Answered.class).whole());
        assertEquals(HELLO, said(1));
        assertEquals(2, server.events("response.create").size());
        realtime.close();
    }

    @Test
    void anAnswerThatFailsForTheRateBehindASoundOrAUseOfAToolIsNotAskedForAgain() {
        for (Answer answer : List.of(Answer.says(HELLO), Answer.calls("lookup"))) {
            plays(PlayedVoice.PROMPT, answer);
            server.failing(1);
            Told<Lived> of = new Told<>();
            Realtime realtime = open(server.url(), of);

            realtime.answer(1, "");

            assertFalse(of.await(Lived.Answered.class).whole());
            assertEquals(1, server.events("response.create").size());
            realtime.close();
        }
    }
}
