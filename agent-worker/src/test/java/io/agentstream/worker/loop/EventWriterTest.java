package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.Json;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/// What the writer says of the snapshots that it was given.
class EventWriterTest {

    private final MockProducer<byte[], byte[]> producer = LoopFixture.producer(false);
    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());
    private final AtomicInteger woken = new AtomicInteger();
    private final EventWriter writer = new EventWriter(producer, fixture.meters, woken::incrementAndGet);
    private final LiveConversation conversation =
            new LiveConversation(fixture.run(LoopFixture.call(1), "{\"engine\":\"echo\"}"), 0, 1, fixture.nowMs.get());

    private void save(String memory) {
        conversation.pending = new LiveConversation.Pending(null, new SavedConversation(
                SavedConversation.Phase.LISTENING, 1, Manners.DEAF, Json.MAPPER.valueToTree(memory)), 0);
        writer.save(conversation, fixture.nowMs.get());
    }

    @Test
    void oneThatCannotBeWrittenIsNotWaitedForAlthoughTheOneBeforeItIsWrittenLater() {
        // given
        save("short");
        save("x".repeat(EventWriter.MAX_SNAPSHOT_BYTES));
        int before = conversation.writtenSave.get();

        // when
        while (producer.completeNext()) {
            // and the next one
        }

        // then
        assertEquals(2, before);
        assertEquals(2, conversation.writtenSave.get());
    }

    @Test
    void whoWaitsForOneIsWokenWhereItIsLostAndWhenItOrALaterOneIsWritten() {
        // given
        conversation.awaitedSave = 1;
        save("awaited");

        // when
        producer.errorNext(new TimeoutException("on purpose"));
        int lost = woken.get();
        save("again");
        producer.completeNext();
        int written = woken.get();
        save("of no interest");
        producer.completeNext();

        // then
        assertEquals(1, lost);
        assertEquals(2, written);
        assertEquals(2, woken.get());
    }
}
