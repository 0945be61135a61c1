/// What hears and answers: what an engine is to a conversation. Each kind is a package below, and a line in `WorkerService`.
///
/// Nothing here or below may know Kafka or hold up a loop: what takes time runs on virtual threads that own nothing.
@NullMarked
package io.agentstream.worker.engine;

import org.jspecify.annotations.NullMarked;
