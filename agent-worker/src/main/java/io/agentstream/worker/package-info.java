/// The agent worker: loops that hold conversations, what they read from and write to Kafka, and the composition root.
///
/// Only this package knows Kafka; only the effects classes of it perform what a conversation wants.
@NullMarked
package io.agentstream.worker;

import org.jspecify.annotations.NullMarked;
