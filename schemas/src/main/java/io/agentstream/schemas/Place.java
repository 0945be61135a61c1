package io.agentstream.schemas;

@Doc("Where records of a call lie on a topic, those of others among them.")
public record Place(
        @Doc("The topic.") String topic,
        @Doc("Its partition.") int partition,
        @Doc("Offset of the call's first record there.") long first,
        @Doc("Offset of the last one that is known of; more may follow.") long last) {}
