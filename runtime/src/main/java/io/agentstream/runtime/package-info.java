/// What every process needs once: configuration, loops, Kafka clients, health and metrics, ordered close.
///
/// Knows nothing of calls, runs and conversations.
@NullMarked
package io.agentstream.runtime;

import org.jspecify.annotations.NullMarked;
