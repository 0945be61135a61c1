package io.agentstream.dev.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The bytes of one connection, in the clear or through TLS. Never blocks. One thread.
interface Wire {

    /// Reads what has come.
    ///
    /// @return how many bytes, -1 at the end
    int read(ByteBuffer to) throws IOException;

    /// Writes as much of `from` as there is room for.
    void write(ByteBuffer from) throws IOException;

    /// Whether something that was written waits for room in the socket.
    boolean isFull();

    /// Whether the connection carries our bytes yet.
    boolean isOpen();

    /// In the clear.
    record Plain(SocketChannel channel) implements Wire {

        @Override
        public int read(ByteBuffer to) throws IOException {
            return channel.read(to);
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            channel.write(from);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }
}
