package io.agentstream.worker.takeover;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationSnapshot;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.kafka.common.KafkaException;

/// Who holds the conversations of partitions that come and go. Called on its loop only.
public interface Holder {

    /// Writes down the conversations of these partitions, so that whoever owns them next can go on.
    void save(IntPredicate partitions, long nowMs);

    /// Waits until everything was written or given up.
    ///
    /// @throws KafkaException where that could not be awaited
    void flush();

    /// Closes the batch of what was written up to now, and begins another.
    Batch nextBatch();

    /// Drops the conversations of all but these partitions: they are somebody else's now.
    void keepOnly(Set<Integer> partitions);

    /// Takes over what another worker left.
    void restore(ConversationSnapshot snapshot, int partition, long nowMs);

    /// Of a call that another worker left in a way that nobody can go on with.
    void refuse(CallId callId);
}
