/// Tests of the bench; none asserts how fast anything is.
@NullMarked
package io.agentstream.dev.bench.turns;

import org.jspecify.annotations.NullMarked;
