package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.worker.takeover.Batch;
import io.agentstream.worker.takeover.Holder;
import java.util.Set;
import java.util.function.IntPredicate;

/// The conversations of a loop, as those who hand partitions over see them. Only the loop.
record Held(Conversations conversations, Beginnings beginnings, EventWriter events) implements Holder {

    @Override
    public void save(IntPredicate partitions, long nowMs) {
        conversations.save(partitions, nowMs);
    }

    @Override
    public void flush() {
        events.flush();
    }

    @Override
    public Batch nextBatch() {
        return events.nextBatch();
    }

    @Override
    public void keepOnly(Set<Integer> partitions) {
        conversations.keepOnly(partitions);
    }

    @Override
    public void restore(ConversationSnapshot snapshot, int partition, long nowMs) {
        beginnings.restore(snapshot, partition, nowMs);
    }

    @Override
    public void refuse(CallId callId) {
        beginnings.refuseEverywhere(callId);
    }
}
