/// The texts of the agents' definitions, read from their topic and kept.
@NullMarked
package io.agentstream.worker.definitions;

import org.jspecify.annotations.NullMarked;
