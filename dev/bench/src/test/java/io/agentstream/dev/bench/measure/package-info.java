/// Tests of the bench; none asserts how fast anything is.
@NullMarked
package io.agentstream.dev.bench.measure;

import org.jspecify.annotations.NullMarked;
