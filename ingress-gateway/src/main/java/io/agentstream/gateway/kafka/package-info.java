/// The gateway's side of Kafka: what it writes of its calls, the commands that it reads, and the proof that its slot is its own.
///
/// Nothing here may touch a socket or the state of a call.
@NullMarked
package io.agentstream.gateway.kafka;

import org.jspecify.annotations.NullMarked;
