/// The orchestrator's composition root: makes the parts, leaves first, and closes them in the reverse order.
///
/// Nothing here may decide anything about a call.
@NullMarked
package io.agentstream.orchestrator;

import org.jspecify.annotations.NullMarked;
