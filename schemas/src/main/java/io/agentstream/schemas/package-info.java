/// What the services say to each other: events, frames and commands as records, their codecs, and the one table of topics.
///
/// Nothing here may open a file, a socket or a Kafka client, read a clock or log.
@NullMarked
package io.agentstream.schemas;

import org.jspecify.annotations.NullMarked;
