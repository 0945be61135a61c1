package io.agentstream.schemas;

import java.time.Duration;
import java.util.Set;

/// One row of the table of topics.
///
/// @param name name on the broker, with the version of its contract
/// @param type what the values are
/// @param codec how they become bytes
/// @param key what the record key is
/// @param partitions how many partitions it has
/// @param cleanup what happens to old records
/// @param retention how long records are kept where cleanup deletes; where it only compacts, how long one may stay that has been
///        replaced
/// @param from who writes
/// @param to who reads
/// @param says a sentence for the reader of the contract
public record Topic<V>(
        String name,
        Class<V> type,
        Codec<V> codec,
        String key,
        Partitions partitions,
        Set<Cleanup> cleanup,
        Duration retention,
        String from,
        String to,
        String says) {

    /// Topics of one group have the same number of partitions.
    public enum Partitions {
        /// Keyed by call: a worker reads partition *p* of all of them together.
        CALLS,
        /// One for each gateway instance.
        SLOTS,
        /// Neither: few records, no order between keys.
        FEW
    }

    public enum Cleanup {
        DELETE,
        COMPACT
    }
}
