/// The life of a call, decided without doing anything: a machine for its states, a clock for its playback, a budget for its
/// messages.
///
/// Nothing here may read a clock, log, count, block, or know of sockets and Kafka clients. Time arrives as a parameter, in
/// microseconds of a clock that never goes back.
@NullMarked
package io.agentstream.gateway.call;

import org.jspecify.annotations.NullMarked;
