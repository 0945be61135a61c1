package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;
import java.util.List;

/// How one call speaks to a server: what it sends, and how it knows its own audio again. One thread.
interface Dialect {

    /// Told what came back.
    interface Ear {
        /// Frame number `seq`, from 0.
        void frame(int seq);

        /// Audio that is none of ours.
        void corrupt();
    }

    /// Messages before the first audio, as whole WebSocket frames.
    List<byte[]> greeting();

    /// The audio that is sent as number `seq`, from 0, as a whole WebSocket frame; valid until the next call.
    ByteBuffer frame(int seq);

    /// Messages after the last audio, before the close.
    List<byte[]> farewell();

    /// Takes a text message of the server. Whatever is not audio is passed over.
    ///
    /// @param sent how many frames were sent: what comes back has a lower number
    void text(byte[] bytes, int offset, int length, int sent, Ear ear);

    /// Takes a binary message of the server.
    void binary(byte[] bytes, int offset, int length, int sent, Ear ear);
}
