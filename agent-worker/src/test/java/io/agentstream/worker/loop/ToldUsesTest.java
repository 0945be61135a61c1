package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/// What a conversation's services were used for is told whatever happens to those who hold it, and to Kafka.
class ToldUsesTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "start": "talk", "nodes": {"talk": {"type": "agent", "prompt": "Help.", "say": "Welcome."}}}
            """;
    private static final String WORDS = "Hello there, who are you?";

    private final MockProducer<byte[], byte[]> events = LoopFixture.producer(false);
    private final InProcess services = new InProcess();
    private final LoopFixture fixture = services.worker(events);
    private final LoopCaller caller = new LoopCaller(CALL);

    private void greeted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        caller.hears(fixture, 1);
    }

    /// All of what was sent is written.
    private void write() {
        while (events.completeNext()) {
            // and the next one
        }
    }

    /// What the records of uses behind so many others sum up to.
    private List<ServiceUse> uses(int behind) {
        return events.history().stream()
                .skip(behind)
                .filter(each -> each.topic().equals(Topics.CONVERSATION_EVENTS.name()))
                .map(each -> LoopFixture.value(Topics.CONVERSATION_EVENTS, each))
                .filter(ConversationEvent.Used.class::isInstance)
                .map(event -> ((ConversationEvent.Used) event).services())
                .reduce(List.of(), ServiceUse::sum);
    }

    private ServiceUse heard() {
        long ms = services.heardBytes.get() / MuLaw.BYTES_PER_MS;
        return new ServiceUse(Role.EAR, "deepgram", null, false, 1, 0, 0, 0, 0, 0, 0, 0, ms);
    }

    private static ServiceUse spoke(long requests, long characters) {
        return new ServiceUse(Role.MOUTH, "openai", null, false, requests, 0, 0, 0, 0, 0, 0, characters, 20 * characters);
    }

    private static ServiceUse thought(long untold) {
        return new ServiceUse(Role.BRAIN, "openai", "m", false, 1, untold, 10 * (1 - untold), 0, 5 * (1 - untold), 0, 0, 0, 0);
    }

    @Test
    void whatCouldNotBeWrittenIsToldAgainOnce() throws Exception {
        // given a call that was greeted while Kafka wrote nothing
        greeted();
        fixture.nowMs.addAndGet(ConversationLoop.SECOND_MS);
        fixture.work();
        List<ServiceUse> lost = uses(0);
        while (events.errorNext(new TimeoutException("on purpose"))) {
            // and the next one
        }
        int before = events.history().size();

        // when it writes again, and the call ends after a while
        for (int n = 0; n < 3; n++) {
            fixture.nowMs.addAndGet(ConversationLoop.SECOND_MS);
            fixture.work();
            write();
        }
        fixture.ended(CALL, 0, caller.seq);
        fixture.work();

        // then
        assertTrue(lost.contains(spoke(1, "Welcome.".length())), lost.toString());
        assertEquals(Set.of(heard(), spoke(1, "Welcome.".length())), Set.copyOf(uses(before)));
    }

    /// The answer of a brain that is under way when the call goes to another worker is heard by nobody.
    @Test
    void whoHandsACallOverTellsBeforeThatWhatNobodyWillHearAnyMore() throws Exception {
        // given
        greeted();
        write();
        services.words = WORDS;
        services.silence = new CountDownLatch(1);
        caller.says(fixture, WORDS);
        fixture.workUntil(() -> !services.asked.isEmpty());

        // when its partition goes to somebody else
        fixture.assign(1);
        services.silence.countDown();
        fixture.work();

        // then
        assertEquals(Set.of(heard(), spoke(1, "Welcome.".length()), thought(1)), Set.copyOf(uses(0)));
        assertEquals(Topics.CONVERSATION_SNAPSHOTS.name(), events.history().stream().map(ProducerRecord::topic).filter(ToldUsesTest::isOfConversations).toList().getLast());
    }

    private static boolean isOfConversations(String topic) {
        return topic.equals(Topics.CONVERSATION_SNAPSHOTS.name()) || topic.equals(Topics.CONVERSATION_EVENTS.name());
    }
}
