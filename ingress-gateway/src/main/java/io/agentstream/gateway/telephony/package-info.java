/// What a telephony provider is to the gateway: what its messages mean, in our words, and how ours are written. A provider is a
/// folder beside this; a dialect that several of them speak is one, too.
///
/// Pure functions on bytes. Nothing here or below may know of sockets, Kafka, time or the state of a call, and nothing here knows a
/// provider.
@NullMarked
package io.agentstream.gateway.telephony;

import org.jspecify.annotations.NullMarked;
