package io.agentstream.schemas;

/// Turns values of one topic into bytes and back. Any thread may use a codec.
public interface Codec<V> {

    byte[] encode(V value);

    /// Never throws for bad bytes: what cannot be read is a value too. A slice in the result may share `bytes`.
    Decoded<V> decode(byte[] bytes);

    /// What came out of some bytes.
    sealed interface Decoded<V> {
        record Value<V>(V value) implements Decoded<V> {}

        /// A record of a newer writer, of a kind that this version does not know. It is nobody's fault and no bad record: a reader
        /// counts it and goes on. `what` says what is unknown and quotes nothing of the bytes.
        record Unknown<V>(String what) implements Decoded<V> {}

        /// The bytes are not a value of this topic. `reason` says why and quotes nothing of them.
        record Malformed<V>(String reason) implements Decoded<V> {}
    }
}
