/// The parts of the system that is measured, each as a process of its own.
///
/// Nothing here may make the system faster or slower than `up` or a production installation with the same settings.
@NullMarked
package io.agentstream.dev.bench.system;

import org.jspecify.annotations.NullMarked;
