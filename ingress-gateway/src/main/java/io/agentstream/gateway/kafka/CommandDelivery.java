package io.agentstream.gateway.kafka;

import io.agentstream.schemas.SocketCommand;

/// Takes commands from the reader, on the reader's thread.
public interface CommandDelivery {

    /// Keeps a command for its call, or passes over it where there is no such call.
    ///
    /// @param partition where it was read
    /// @param offset likewise
    void add(SocketCommand command, int partition, long offset);

    /// Hands over what was added since the last time. May wait for a thread that is behind.
    void flush() throws InterruptedException;
}
