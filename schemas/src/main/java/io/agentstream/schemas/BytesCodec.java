package io.agentstream.schemas;

/// The bytes as they are.
final class BytesCodec implements Codec<Slice> {

    @Override
    public byte[] encode(Slice value) {
        return value.copy();
    }

    @Override
    public Decoded<Slice> decode(byte[] bytes) {
        return new Decoded.Value<>(Slice.of(bytes));
    }
}
