package io.agentstream.gateway.kafka;

import java.util.Map;
import org.apache.kafka.common.KafkaException;

/// Who uses which slot, as the gateways themselves say it. One thread at a time.
public interface SlotClaims {

    /// @param instance the gateway's name for itself, of no meaning elsewhere
    /// @param atMs when it said so, in milliseconds since 1970; 0 where it left
    record Claim(String instance, long atMs) {}

    /// How many slots there are.
    ///
    /// @throws KafkaException where Kafka does not say so now
    int slots() throws InterruptedException;

    /// The newest claim of each slot that has one.
    ///
    /// @throws KafkaException where Kafka does not say so now
    Map<Integer, Claim> read() throws InterruptedException;

    /// Replaces the slot's claim.
    ///
    /// @throws KafkaException where Kafka does not take it now
    void write(int slot, Claim claim) throws InterruptedException;
}
