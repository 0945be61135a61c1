/// The benchmark: starts the system in processes of its own, drives calls against it, measures, and says what the figures are
/// worth.
///
/// Nothing outside this package may depend on it, and it may not change how what it measures works.
@NullMarked
package io.agentstream.dev.bench;

import org.jspecify.annotations.NullMarked;
