/// JMH benchmarks of the hot functions, with `-prof gc` for what they allocate. How to run them is in `docs/performance.md`.
@NullMarked
package io.agentstream.dev.microbenchmarks;

import org.jspecify.annotations.NullMarked;
