/// The sockets: the HTTP upgrade, the I/O threads with their calls, and everything that is done on them.
///
/// What is to be done is decided in `call`; nothing here may decide how a call ends, wait, or touch a call from a thread that is
/// not its own.
@NullMarked
package io.agentstream.gateway.socket;

import org.jspecify.annotations.NullMarked;
