/// The outside services of a conversation: what hears ([io.agentstream.worker.service.Ear]), what thinks
/// ([io.agentstream.worker.service.Brain]) and what speaks ([io.agentstream.worker.service.Mouth]). Each vendor is a package below and a
/// line in `WorkerService.services`; what they share on the way to the network is in `wire`.
///
/// **Threads.** Every method here may be called by any thread and returns at once; what takes time runs on virtual threads of the
/// adapter. A listener is called by those threads, one event at a time and in order; it must return at once, must not throw, and may call
/// back into the port.
///
/// **Cancel and close.** When `cancel` or `close` has returned, the listener is not called any more: not by a late answer, not by the
/// failure that cancelling causes. Both may be called twice. What a service makes after that costs money and is thrown away.
///
/// **Failures.** An adapter retries by itself what is worth it as long as nothing of the answer was given; then it tells one
/// [io.agentstream.worker.service.ServiceFailure], after which nothing comes.
///
/// **Secrets.** Keys come from a [io.agentstream.worker.service.KeySource] when a connection is made and are kept nowhere. Nothing here or
/// below logs a URL, a key, or a word of caller, agent or service, or has one in `toString`.
///
/// Nothing here or below may know Kafka, an engine, or a conversation.
@NullMarked
package io.agentstream.worker.service;

import org.jspecify.annotations.NullMarked;
