/// Several services of a kind in a row: which of them is worth asking. Who asks them, one after the other, is the conversation.
@NullMarked
package io.agentstream.worker.service.fallback;

import org.jspecify.annotations.NullMarked;
