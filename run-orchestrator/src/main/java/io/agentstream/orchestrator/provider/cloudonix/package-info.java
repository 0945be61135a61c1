/// Talks to Cloudonix's REST API: is a session live, and end it.
///
/// Nothing here may know runs, tables or Kafka, keep a token, or put a token or a path into a log or an error.
@NullMarked
package io.agentstream.orchestrator.provider.cloudonix;

import org.jspecify.annotations.NullMarked;
