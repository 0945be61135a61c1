/// Gives the caller back what the caller says.
@NullMarked
package io.agentstream.worker.engine.echo;

import org.jspecify.annotations.NullMarked;
