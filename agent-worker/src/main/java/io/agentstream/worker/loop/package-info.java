/// The conversations of a loop, from their beginning to their end: what is read of their calls, what their machine wants done, and
/// what is written of them. One way in: [ConversationLoop].
@NullMarked
package io.agentstream.worker.loop;

import org.jspecify.annotations.NullMarked;
