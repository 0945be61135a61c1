/// The log read back. A [CallSource] gives one call's records, topic by topic; [CallReading] puts them in the one order in which they
/// happened and opens what is sealed. Nobody here writes to Kafka or knows the database.
@NullMarked
package io.agentstream.calllog;

import org.jspecify.annotations.NullMarked;
