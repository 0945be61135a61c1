/// What uses tools of other systems for the agents.
@NullMarked
package io.agentstream.worker.tool;

import org.jspecify.annotations.NullMarked;
