/// Places many calls as a provider does, and measures what comes back, at the least cost.
///
/// Nothing here may allocate for a frame, know what it talks to, or count a delay of its own as the other side's.
@NullMarked
package io.agentstream.dev.bench.load;

import org.jspecify.annotations.NullMarked;
