/// Tests of the conversations of the bench; none asserts how fast anything is.
@NullMarked
package io.agentstream.dev.bench.talk;

import org.jspecify.annotations.NullMarked;
