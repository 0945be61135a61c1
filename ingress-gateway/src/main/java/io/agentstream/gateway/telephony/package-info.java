/// The dialects of the telephony providers: what their messages mean and how ours are written.
///
/// Pure functions on bytes. Nothing here may know of sockets, Kafka, time or the state of a call.
@NullMarked
package io.agentstream.gateway.telephony;

import org.jspecify.annotations.NullMarked;
