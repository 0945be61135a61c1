/// Processes beside this one that do one part each, are asked over their standard input, and end when this one ends.
///
/// Nothing here may know what the parts do.
@NullMarked
package io.agentstream.dev.bench.process;

import org.jspecify.annotations.NullMarked;
