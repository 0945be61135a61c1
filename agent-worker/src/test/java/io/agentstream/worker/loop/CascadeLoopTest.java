package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.Dtmf;
import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// An agent with an ear, a brain and a mouth, from the frame to the reply: the services answer from threads of their own.
class CascadeLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "prompt": "You are kind.",
             "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders"},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
             "start": "hello",
             "nodes": {"hello": {"type": "say", "say": "Welcome.", "next": "talk"},
                       "talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["order", "bye"]}}}
            """;

    private final InProcess services = new InProcess();
    private final LoopFixture fixture = services.worker();
    private final LoopCaller caller = new LoopCaller(CALL);

    private List<SocketCommand.Mark> marks() {
        return LoopCaller.marks(fixture);
    }

    private void heard(int marks) {
        caller.hears(fixture, marks);
    }

    private void says(String words) {
        services.words = words;
        caller.says(fixture, words);
    }

    private void greeted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        heard(1);
        heard(2);
    }

    private void answeredOnce() throws Exception {
        greeted();
        says("Hello there, who are you?");
        heard(3);
    }

    /// The first worker goes, and another one has the call.
    private LoopFixture goesTo(InProcess others) throws Exception {
        fixture.loop.onClose();
        LoopFixture second = others.worker(fixture.events);
        second.nowMs.set(fixture.nowMs.get());
        second.start(0);
        return second;
    }

    @Test
    void greetsHearsThinksUsesAToolAndSaysGoodbye() throws Exception {
        // given a caller who was greeted
        greeted();

        // when the caller asks, and has heard the answer
        says("Where is my order, please?");
        heard(3);
        fixture.workUntil(() -> fixture.commands().getLast() instanceof SocketCommand.Close);

        // then the words were understood, the tool was used once under a key of the call, and the goodbye was heard before the call ended
        ConversationEvent.Heard heard = fixture.told(ConversationEvent.Heard.class).getFirst();
        assertEquals("Where is my order, please?", heard.text());
        assertTrue(services.heardBytes.get() > 8_000);
        assertEquals(1, services.keys.size());
        assertTrue(services.keys.getFirst().startsWith(CALL + "/1-"));
        assertEquals(
                List.of("Welcome.", "How can I help?", "It is on its way. Goodbye."),
                fixture.told(ConversationEvent.Said.class).stream().map(ConversationEvent.Said::text).toList());
        assertTrue(fixture.told(ConversationEvent.Said.class).getLast().whole());
        assertEquals(SocketCommand.Close.because(CALL, End.AGENT_HANGUP), fixture.commands().getLast());
        assertEquals(3, services.closed.get());
        fixture.ended(CALL, 0, caller.seq);
        fixture.work();
        JournalLoopTest.assertRunsAgain(fixture, GRAPH);
    }

    private static List<ServiceUse> uses(LoopFixture fixture) {
        return fixture.told(ConversationEvent.Used.class).stream().map(ConversationEvent.Used::services).reduce(List.of(), ServiceUse::sum);
    }

    private static ServiceUse heardFor(long requests, long bytes) {
        return new ServiceUse(ServiceUse.Role.EAR, "deepgram", null, false, requests, 0, 0, 0, 0, 0, 0, 0, bytes / MuLaw.BYTES_PER_MS);
    }

    private static ServiceUse thought(long requests) {
        return new ServiceUse(ServiceUse.Role.BRAIN, "openai", "m", false, requests, 0, 10 * requests, 0, 5 * requests, 0, 0, 0, 0);
    }

    private static ServiceUse spoke(long requests, long characters) {
        return new ServiceUse(ServiceUse.Role.MOUTH, "openai", null, false, requests, 0, 0, 0, 0, 0, 0, characters, 20 * characters);
    }

    @Test
    void whatItsServicesWereUsedForIsToldToTheUnit() throws Exception {
        greeted();
        says("Where is my order, please?");
        heard(3);
        fixture.workUntil(() -> fixture.commands().getLast() instanceof SocketCommand.Close);

        fixture.ended(CALL, 0, caller.seq);
        fixture.work();

        int characters = "Welcome.How can I help?It is on its way.Goodbye.".length();
        assertEquals(
                Set.of(heardFor(1, services.heardBytes.get()), thought(2), spoke(4, characters)), Set.copyOf(uses(fixture)));
        assertTrue(fixture.told(ConversationEvent.Used.class).size() > 1, "some of it is told while the call goes on");
    }

    /// What the first has used is told when it goes; the other tells what it uses itself.
    @Test
    void nothingOfItIsLostOrToldTwiceWhereAnotherWorkerGoesOn() throws Exception {
        answeredOnce();

        InProcess others = new InProcess();
        LoopFixture second = goesTo(others);
        second.audio(CALL, 0, caller.seq++, Slice.of(new byte[160]));
        second.work();
        second.ended(CALL, 0, caller.seq);
        second.work();

        // they share the producer of events: it has all that both have told
        int characters = "Welcome.How can I help?You said: Hello there,who are you?".length();
        assertEquals(
                Set.of(heardFor(2, services.heardBytes.get() + others.heardBytes.get()), thought(1), spoke(4, characters)), Set.copyOf(uses(second)));
    }

    @Test
    void aKeyLeadsToATransferThatSomebodyElseDoesAndTheSocketIsClosedAsTransferred() throws Exception {
        // given an agent that asks for a key, and gives the caller away
        fixture.start(0);
        fixture.running(CALL, 0, """
                {"engine": "cascade", "start": "ask",
                 "nodes": {"ask": {"type": "gather", "say": "Press one.", "keys": {}, "edges": [{"on": "key", "key": "1", "go": "desk"}]},
                           "desk": {"type": "transfer", "to": "+15550130", "ring_ms": 25000, "on_failure": "ask"}}}""");
        heard(1);

        // when the caller presses it
        fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Digit(CALL, caller.seq++, fixture.nowMs.get(), '1'));
        fixture.work();

        // then it is asked for, under a key of the call
        ConversationEvent.ToolCalled asked = fixture.told(ConversationEvent.ToolCalled.class).getFirst();
        assertEquals("1-desk", asked.transfer());
        assertEquals("{\"to\":\"+15550130\",\"ring_ms\":25000}", asked.arguments().toString());
        assertEquals(0, services.heardBytes.get(), "nobody listens who has no ear");

        // and when it is done, the call is closed as one that goes on elsewhere
        fixture.arrive(Topics.RUN_EVENTS, 0, CALL, new RunEvent.Transferred(
                CALL, caller.seq, Instant.ofEpochMilli(fixture.nowMs.get()), new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, 0), "1-desk", Transfer.CONNECTED, 200));
        fixture.work();
        assertEquals(SocketCommand.Close.because(CALL, End.TRANSFERRED), fixture.commands().getLast());
        assertEquals(End.TRANSFERRED, fixture.told(ConversationEvent.HungUp.class).getLast().end());
    }

    /// Sentences are made faster than they sound, and what is saved of each is little beside that.
    @Test
    void theKeyOfATransferIsSavedAtOnceHoweverManySentencesWereMadeInThatSecond() throws Exception {
        // given a long line, all of whose sentences are made while the clock stands
        fixture.start(0);
        fixture.running(CALL, 0, """
                {"engine": "cascade", "start": "line",
                 "nodes": {"line": {"type": "say", "say": "%s", "next": "desk"},
                           "desk": {"type": "transfer", "to": "+15550130", "ring_ms": 25000, "on_failure": "line"}}}"""
                .formatted("This is one of many sentences. ".repeat(12).strip()));
        fixture.workUntil(() -> marks().size() == 1);

        // when the caller has heard it, and is put through
        int turn = marks().getLast().turn();
        fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.MarkReached(CALL, caller.seq++, fixture.nowMs.get(), turn, "turn-" + turn));
        fixture.work();

        // then another worker would know
        assertEquals("1-desk", fixture.told(ConversationEvent.ToolCalled.class).getFirst().transfer());
        assertTrue(fixture.snapshots().getLast().state().toString().contains("\"1-desk\""), () -> fixture.snapshots().toString());
    }

    @Test
    void theTonesOfKeysAreAudioOfTheTurn() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH.replace("\"bye\": {", "\"press\": {\"type\": \"send_dtmf\", \"description\": \"Presses.\", \"keys\": \"1#\"}, \"bye\": {")
                .replace("[\"order\", \"bye\"]", "[\"press\", \"order\", \"bye\"]"));
        heard(1);
        heard(2);

        says("Press the button, please.");
        fixture.workUntil(() -> !services.asked.isEmpty() && marks().size() == 3);

        Slice tones = Slice.of(Dtmf.muLaw("1#"));
        assertTrue(fixture.commands().stream().anyMatch(each -> each instanceof SocketCommand.Play play && play.payload().equals(tones)));
    }

    @Test
    void theBrainIsToldWhatWasSaid() throws Exception {
        answeredOnce();

        assertEquals(
                List.of(
                        new Message.Instructions("You are kind.\n\nHelp."), new Message.Agent("Welcome.", List.of()),
                        new Message.Agent("How can I help?", List.of()), new Message.Caller("Hello there, who are you?")),
                services.asked.getFirst().messages());
        assertEquals(List.of("order", "bye"), services.asked.getFirst().tools().stream().map(BrainRequest.Tool::name).toList());
    }

    @Test
    void whoSpeaksIntoTheAnswerStopsIt() throws Exception {
        // given an answer on its way
        greeted();
        says("Tell me a long story about it.");
        fixture.workUntil(() -> marks().size() == 3);
        int turn = marks().getLast().turn();

        // when the caller speaks
        says("No, something else, please.");
        fixture.workUntil(() -> marks().size() == 4);

        // then it is cleared before the next one is played, and the brain knows what was heard of it
        List<SocketCommand> commands = fixture.commands();
        int clear = commands.indexOf(new SocketCommand.Clear(CALL, turn));
        assertTrue(clear > 0);
        assertTrue(commands.subList(clear + 1, commands.size()).stream()
                .allMatch(each -> each instanceof SocketCommand.Mark || ((SocketCommand.Play) each).turn() > turn));
        assertEquals(1, fixture.told(ConversationEvent.Interrupted.class).size());
    }

    @Test
    void aBrainThatRefusesItsKeyLeadsToAnApologyAndTheEnd() throws Exception {
        greeted();

        says("It is broken, is it not?");
        heard(3);
        fixture.workUntil(() -> fixture.commands().getLast() instanceof SocketCommand.Close);

        assertTrue(fixture.told(ConversationEvent.Said.class).getLast().text().toLowerCase(Locale.ROOT).contains("sorry"));
        assertEquals(1, services.asked.size());
    }

    @Test
    void anotherWorkerGoesOnWhereTheFirstOneWas() throws Exception {
        // given a caller who was answered once
        answeredOnce();

        // when another one has the call, and the caller asks for more
        InProcess others = new InProcess();
        LoopFixture second = goesTo(others);
        others.words = "And what else?";
        caller.says(second, others.words);
        second.workUntil(() -> !others.asked.isEmpty());

        // then it knows what was said
        assertEquals(
                List.of(new Message.Caller("Hello there, who are you?"), new Message.Agent("You said: Hello there, who are you?", List.of()),
                        new Message.Caller("And what else?")),
                others.asked.getFirst().messages().subList(3, 6));
    }

    /// What was sent of the first line.
    private List<Slice> played() {
        return fixture.commands().stream()
                .filter(each -> each instanceof SocketCommand.Play play && play.turn() == 1)
                .map(each -> ((SocketCommand.Play) each).payload())
                .toList();
    }

    @Test
    void anOfficeIsHeardBehindTheVoiceWhichIsAsLongAsBefore() throws Exception {
        // given an agent in an office
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH.replace("\"prompt\": \"You are kind.\"", "\"settings\": {\"ambient\": {\"sound\": \"office\"}}"));

        // when it has greeted
        heard(1);

        // then its mouth's audio is there, and the office in it
        byte[] voice = new byte["Welcome.".length() * 160];
        byte[] sounded = played().stream().map(Slice::copy).reduce(new byte[0], (all, more) -> {
            byte[] both = Arrays.copyOf(all, all.length + more.length);
            System.arraycopy(more, 0, both, all.length, more.length);
            return both;
        });
        assertEquals(voice.length, sounded.length);
        assertFalse(Arrays.equals(voice, sounded));
    }

    @Test
    void andNothingIsWhereNothingIsWanted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);

        heard(1);

        assertTrue(played().stream().allMatch(audio -> Arrays.equals(new byte[audio.length()], audio.copy())));
    }
}
