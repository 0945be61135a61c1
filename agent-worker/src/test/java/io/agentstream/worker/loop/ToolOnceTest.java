package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.service.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/// What is done in another system cannot be taken back: a tool is used once it is written down that it is, and whoever takes the conversation over uses it under the
/// same key.
class ToolOnceTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders", "timeout_ms": 500,
                                 "parameters": {"number": {"description": "Its number."}}},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
             "start": "talk",
             "nodes": {"talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["order", "bye"]}}}
            """;
    private static final String NODE = """
            {"engine": "cascade", "services": {"mouth": [{"service": "offline"}]}, "start": "look",
             "nodes": {"look": {"type": "http", "url": "https://shop.example.com/", "next": "end", "edges": [{"on": "error", "go": "end"}]},
                       "end": {"type": "hangup", "say": "Goodbye."}}}
            """;

    /// Of its tool.
    private static final long TIMEOUT_MS = 500;

    private final MockProducer<byte[], byte[]> events = LoopFixture.producer(false);
    private final InProcess services = new InProcess();
    private final LoopFixture fixture = services.worker(events);
    private final LoopCaller caller = new LoopCaller(CALL);
    /// Records that are written when the caller asks.
    private int before;

    /// Another worker goes on from what is written there, when it has waited long enough for a sign of life.
    private LoopFixture next(InProcess others, MockProducer<byte[], byte[]> log) throws Exception {
        LoopFixture second = others.worker(log);
        second.nowMs.set(fixture.nowMs.get());
        second.start(0);
        second.nowMs.addAndGet(Beginnings.RESUME_AFTER_MS);
        return second;
    }

    /// All of what was sent is written.
    private static void write(MockProducer<byte[], byte[]> to) {
        while (to.completeNext()) {
            // and the next one
        }
    }

    /// A caller has asked for what the brain uses a tool for, and that is wanted just now; nothing that came of it is written yet.
    private void asksForItsOrder() throws Exception {
        services.arguments = "{\"number\":\"7\"}";
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        caller.hears(fixture, 1);
        write(events);
        before = events.history().size();
        services.words = "Where is my order, please?";
        services.silence = new CountDownLatch(1);
        caller.says(fixture, services.words);
        services.silence.countDown();
        fixture.workUntil(() -> fixture.snapshots().getLast().state().toString().contains("\"1-"));
        fixture.work();
    }

    /// Whether the brain was told something of this.
    private static boolean isTold(InProcess services, String what) {
        return services.asked.stream().anyMatch(request ->
                request.messages().getLast() instanceof Message.ToolResult result && result.content().contains(what));
    }

    @Test
    void aToolIsUsedOnceItIsWrittenThatItIs() throws Exception {
        // given
        asksForItsOrder();
        int early = services.keys.size();

        // when
        write(events);
        fixture.work();

        // then
        assertEquals(0, early);
        assertEquals(1, services.keys.size());
        assertTrue(services.keys.getFirst().startsWith(CALL + "/1-"), services.keys.toString());
    }

    @Test
    void soIsANodeThatAsksAnotherSystem() throws Exception {
        // given
        fixture.start(0);
        fixture.running(CALL, 0, NODE);
        fixture.workUntil(() -> !fixture.snapshots().isEmpty());
        fixture.work();
        int early = services.keys.size();

        // when
        write(events);
        fixture.work();

        // then
        assertEquals(0, early);
        assertEquals(List.of(CALL + "/1-look"), services.keys);
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenAgainAndThenTheToolIsUsed() throws Exception {
        // given
        asksForItsOrder();
        lose();
        fixture.work();
        int early = services.keys.size();

        // when the next second has come
        fixture.nowMs.addAndGet(ConversationLoop.SECOND_MS);
        fixture.work();
        write(events);
        fixture.work();

        // then
        assertEquals(0, early);
        assertEquals(1, services.keys.size());
    }

    /// The loop has just looked after all its conversations, and the snapshot that has the tool is lost.
    private void losesWhatItAsksFor() throws Exception {
        asksForItsOrder();
        fixture.nowMs.addAndGet(ConversationLoop.SECOND_MS);
        fixture.work();
        lose();
    }

    /// Nothing of what was sent is written.
    private void lose() {
        while (events.errorNext(new TimeoutException("on purpose"))) {
            // and the next one
        }
    }

    @Test
    void whatAToolWaitsForIsWrittenAgainAtOnce() throws Exception {
        // given
        losesWhatItAsksFor();

        // when
        fixture.work();
        write(events);
        fixture.work();

        // then
        assertEquals(1, services.keys.size());
    }

    @Test
    void whatCannotBeWrittenIsWrittenAgainTenTimesASecond() throws Exception {
        // given
        losesWhatItAsksFor();
        int lost = fixture.snapshots().size();

        // when
        for (int ms = 0; ms < 400; ms += 10) {
            fixture.work();
            lose();
            fixture.nowMs.addAndGet(10);
        }

        // then
        int again = fixture.snapshots().size() - lost;
        assertTrue(again >= 3 && again <= 5, () -> again + " in 400 ms");
        assertEquals(List.of(), services.keys);
    }

    @Test
    void whereNothingIsWrittenInTimeTheBrainIsToldAndTheToolIsNotUsed() throws Exception {
        // given
        asksForItsOrder();

        // when
        fixture.nowMs.addAndGet(CallTool.LEAVES_WITHIN_MS);
        fixture.workUntil(() -> isTold(services, "not_recorded"));
        write(events);
        fixture.work();

        // then
        assertEquals(List.of(), services.keys);
    }

    @Test
    void whatIsWrittenTooLateIsNotSentAlthoughTheAcknowledgementIsThere() throws Exception {
        // given
        asksForItsOrder();

        // when
        fixture.nowMs.addAndGet(CallTool.LEAVES_WITHIN_MS);
        write(events);
        fixture.workUntil(() -> isTold(services, "not_recorded"));

        // then
        assertEquals(List.of(), services.keys);
    }

    /// What the brain was told of its tools, in order.
    private List<String> told() {
        return services.asked.stream()
                .map(request -> request.messages().getLast())
                .flatMap(last -> last instanceof Message.ToolResult result ? Stream.of(result.content()) : Stream.empty())
                .toList();
    }

    @Test
    void nothingIsSentOfWhichTheBrainWasToldThatItTakesTooLong() throws Exception {
        // given a tool that is waited for less long than Kafka may take
        asksForItsOrder();

        // when
        for (long ms = 0; ms < TIMEOUT_MS + 3_000; ms += ConversationLoop.WAIT_MS) {
            fixture.nowMs.addAndGet(ConversationLoop.WAIT_MS);
            fixture.work();
        }
        fixture.workUntil(() -> !told().isEmpty());
        write(events);
        fixture.work();

        // then
        assertEquals(List.of(Intents.NOT_RECORDED), told());
        assertEquals(List.of(), services.keys);
    }

    /// Place of the first snapshot with these words in it.
    private int firstThatKnows(String words) {
        for (int n = before; n < events.history().size(); n++) {
            ProducerRecord<byte[], byte[]> each = events.history().get(n);
            if (each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name())
                    && LoopFixture.value(Topics.CONVERSATION_SNAPSHOTS, each).state().toString().contains(words)) {
                return n;
            }
        }
        throw new AssertionError("nobody knows");
    }

    /// Another worker goes on from all that was written, and nothing of what it writes itself is acknowledged.
    ///
    /// @return the keys that it used
    private List<String> usedByTheNext() throws Exception {
        MockProducer<byte[], byte[]> log = LoopFixture.producer(false);
        List.copyOf(events.history()).forEach(log::send);
        write(log);
        InProcess others = new InProcess();
        LoopFixture second = next(others, log);
        second.workUntil(() -> !others.keys.isEmpty());
        return others.keys;
    }

    @Test
    void whatIsTakenOverIsWrittenAndIsAskedForAtOnce() throws Exception {
        services.toolsAnswer = false;
        asksForItsOrder();
        write(events);
        fixture.work();

        assertEquals(services.keys, usedByTheNext());
    }

    @Test
    void soIsWhatANodeHasAskedFor() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, NODE);
        fixture.workUntil(() -> !fixture.snapshots().isEmpty());

        assertEquals(List.of(CALL + "/1-look"), usedByTheNext());
    }

    /// What is left of a worker that is killed.
    ///
    /// @param written records that were written
    /// @param used keys that it had used tools with
    private record Left(int written, Set<String> used) {}

    @Test
    void whereverAWorkerIsKilledTheNextOneUsesTheToolUnderTheSameKey() throws Exception {
        // given all moments at which a worker can be killed that knows what the caller wants: behind each record that is written
        asksForItsOrder();
        List<Left> kills = new ArrayList<>();
        int known = firstThatKnows(services.words);
        int written = before;
        do {
            fixture.work();
            if (written > known) {
                kills.add(new Left(written, Set.copyOf(services.keys)));
            }
            written++;
        } while (events.completeNext());
        List<ProducerRecord<byte[], byte[]>> all = List.copyOf(events.history());
        assertTrue(kills.stream().anyMatch(each -> each.used().isEmpty()) && kills.getLast().used().size() == 1, kills.toString());

        // when another one goes on from there, whose brain puts it in other words
        for (Left left : kills) {
            MockProducer<byte[], byte[]> log = LoopFixture.producer();
            all.subList(0, left.written()).forEach(log::send);
            InProcess others = new InProcess();
            others.words = services.words;
            others.arguments = "{\"number\": \"0007\"}";
            LoopFixture second = next(others, log);
            second.workUntil(() -> isTold(others, "shipped") || !LoopCaller.marks(second).isEmpty());

            // then
            Set<String> keys = new HashSet<>(left.used());
            keys.addAll(others.keys);
            assertEquals(1, keys.size(), () -> keys + " behind " + left.written() + " records of " + all.size());
        }
    }
}
