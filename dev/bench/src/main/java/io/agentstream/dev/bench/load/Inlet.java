package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;

/// Where a loop reads to: one array for all its calls. One thread.
final class Inlet {

    private final byte[] bytes;
    private final ByteBuffer buffer;

    Inlet(int size) {
        bytes = new byte[size];
        buffer = ByteBuffer.wrap(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    /// The same bytes.
    ByteBuffer buffer() {
        return buffer;
    }
}
