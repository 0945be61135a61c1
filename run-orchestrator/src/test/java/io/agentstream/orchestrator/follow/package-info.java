/// Tests of following.
@NullMarked
package io.agentstream.orchestrator.follow;

import org.jspecify.annotations.NullMarked;
