/// A Kafka broker and a PostgreSQL server that live and die with this process and keep their data in a directory.
///
/// Nothing here may know a topic, a table or a service: it hands out addresses and closes what it opened.
@NullMarked
package io.agentstream.dev.embedded;

import org.jspecify.annotations.NullMarked;
