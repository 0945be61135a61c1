/// Where the API reads calls back from: their records on the topics, opened with what is left of their keys.
@NullMarked
package io.agentstream.orchestrator.replay;

import org.jspecify.annotations.NullMarked;
