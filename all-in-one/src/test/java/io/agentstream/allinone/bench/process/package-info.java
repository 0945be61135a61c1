/// Tests of the bench; none asserts how fast anything is.
@NullMarked
package io.agentstream.allinone.bench.process;

import org.jspecify.annotations.NullMarked;
