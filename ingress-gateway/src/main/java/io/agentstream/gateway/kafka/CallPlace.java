package io.agentstream.gateway.kafka;

import io.agentstream.schemas.Place;
import java.util.Optional;

/// Where a call's records lie on one partition, as far as it is known. One thread notes them, any asks.
public final class CallPlace {

    private static final long NONE = -1;

    private final String topic;
    private volatile int partition;
    private volatile long first = NONE;
    private volatile long last = NONE;

    public CallPlace(String topic) {
        this.topic = topic;
    }

    /// A record lies there. Of a topic whose partitions become more only the first partition counts.
    public void note(int onPartition, long offset) {
        if (first == NONE) {
            partition = onPartition;
            last = offset;
            first = offset; // last, because it says that there is something
        } else if (onPartition == partition && offset > last) {
            last = offset;
        }
    }

    /// Nothing where no record is known.
    public Optional<Place> known() {
        long from = first;
        return from == NONE ? Optional.empty() : Optional.of(new Place(topic, partition, from, last));
    }
}
