/// What hears and answers: one class and one line in [AgentEngines] for each kind.
///
/// Nothing here may know Kafka or hold up a loop: what takes time runs on virtual threads that own nothing.
@NullMarked
package io.agentstream.worker.engine;

import org.jspecify.annotations.NullMarked;
