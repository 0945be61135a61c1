/// What an agent is: its definition and what may be wrong with it. No threads, no Kafka, no database: whoever checks a
/// definition, holds a conversation or reads one back uses the same classes.
@NullMarked
package io.agentstream.agents;

import org.jspecify.annotations.NullMarked;
