/// The gateway's side of Kafka: what it writes of its calls, the commands that it reads, and the slot that it reads them from.
///
/// Nothing here may touch a socket or the state of a call.
@NullMarked
package io.agentstream.gateway.kafka;

import org.jspecify.annotations.NullMarked;
