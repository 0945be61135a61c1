package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Topics;
import java.util.List;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what the machines of a loop's conversations took in and gave to `call.journal.v1`, a batch of each conversation at a time: when
/// it is large enough or old enough, with each snapshot, and when the conversation ends or goes to somebody else. Nobody waits for it, and
/// nothing but a later look at the call hangs on it: a batch that does not arrive is counted and leaves a gap in the numbers. Only the
/// loop.
final class JournalWriter {

    private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);

    /// An echo has some 300 bytes a second. What a worker that is killed has not written yet is lost.
    static final long BATCH_MS = 5_000;

    static final int BATCH_BYTES = 16 << 10;

    private final Producer<byte[], byte[]> producer;
    private final WorkerMeters meters;

    /// @param producer of the events profile that does not block; stays its giver's to close
    JournalWriter(Producer<byte[], byte[]> producer, WorkerMeters meters) {
        this.producer = producer;
        this.meters = meters;
    }

    /// A step of the machine, before what it wants is done.
    void step(LiveConversation of, long nowMs, ConversationInput input, List<ConversationEffect> effects) {
        began(of);
        of.journal.add(nowMs, input, effects);
        if (of.journal.length() >= BATCH_BYTES) {
            flush(of, false);
        }
    }

    /// The machine threw.
    void threw(LiveConversation of, long nowMs, ConversationInput input, Throwable bug) {
        began(of);
        of.journal.threw(nowMs, input, bug);
    }

    /// The state is set by hand.
    void givenUp(LiveConversation of, long nowMs) {
        began(of);
        of.journal.givenUp(nowMs);
    }

    private static void began(LiveConversation of) {
        if (of.journal.length() == 0) {
            of.journalAfter = of.after;
        }
    }

    /// Writes what has waited for long enough.
    void due(LiveConversation of, long nowMs) {
        if (of.journal.length() > 0 && nowMs - of.journal.firstMs() >= BATCH_MS) {
            flush(of, false);
        }
    }

    /// Writes what waits.
    ///
    /// @param last whether the call is over
    void flush(LiveConversation of, boolean last) {
        if (of.journal.length() == 0) {
            return;
        }
        long firstMs = of.journal.firstMs();
        int number = of.journalBatches++;
        JournalBatch batch = new JournalBatch(
                of.callId, JournalBatch.CONVERSATION, ConversationMachine.VERSION, of.epoch, number, of.journalAfter, firstMs, last,
                number == 0 ? of.run.definitionKey() : null, false, of.journal.take());
        SealKey words = of.words();
        byte[] record = Topics.CALL_JOURNAL.codec().encode(words == null ? batch : Sealing.seal(batch, words));
        meters.journalBytes().increment(record.length);
        Callback report = (metadata, failure) -> {
            if (failure != null) {
                meters.journalLost().increment();
                log.atWarn().addKeyValue("call", of.callId).addKeyValue("failure", Causes.of(failure)).log("journal has a gap");
            }
        };
        try {
            producer.send(new ProducerRecord<>(Topics.CALL_JOURNAL.name(), of.partition, of.key, record), report);
        } catch (KafkaException failure) { // most failures come to the callback, but not all
            report.onCompletion(null, failure);
        }
    }
}
