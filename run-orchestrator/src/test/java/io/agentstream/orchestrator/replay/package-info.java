/// Tests of reading back: by how many at a time, and for how many who follow.
@NullMarked
package io.agentstream.orchestrator.replay;

import org.jspecify.annotations.NullMarked;
