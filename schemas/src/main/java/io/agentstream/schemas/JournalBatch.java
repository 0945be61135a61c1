package io.agentstream.schemas;

import org.jspecify.annotations.Nullable;

@Doc("What a machine took in of one call, in order, each with its time and with what the machine wanted done: enough to run it again and"
        + " to compare. The entries are written by JournalEncoder and read by JournalDecoder, whatever the machine's inputs are.")
public record JournalBatch(
        @Doc("The call.") CallId callId,
        @Doc("Name of the machine.") String machine,
        @Doc("The machine's version in the process that wrote this.") int version,
        @Doc("Generation of the workers' group in which the writer took the conversation up. Each begins with batch 0 and with the state"
                + " of a new conversation, whose first input is the run's beginning or what another worker left.") int epoch,
        @Doc("Number of the batch among those of its writer, from 0, without a gap.") int number,
        @Doc("The call's newest record that the writer had seen at the first entry.") long after,
        @Doc("Time of the first entry, in milliseconds since 1970.") long atMs,
        @Doc("Whether the call is over and nothing follows.") boolean last,
        @Doc("Key of the agent's definition, in batch 0; absent where the run carries its definition itself.") @Nullable String definitionKey,
        @Doc("Whether the entries are sealed with the call's key of words.") boolean sealed,
        @Doc("The entries; where they are sealed, nonce, AES-256-GCM ciphertext and tag of them.") Slice entries) {

    /// Name of the machine that a conversation runs on.
    public static final String CONVERSATION = "conversation";

    /// The same batch with other bytes of its entries.
    JournalBatch with(boolean isSealed, Slice bytes) {
        return new JournalBatch(callId, machine, version, epoch, number, after, atMs, last, definitionKey, isSealed, bytes);
    }
}
