/// Speaks the lines of a script.
@NullMarked
package io.agentstream.worker.engine.scripted;

import org.jspecify.annotations.NullMarked;
