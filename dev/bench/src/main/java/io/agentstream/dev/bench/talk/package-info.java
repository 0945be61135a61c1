/// Conversations with an agent that hears, thinks and speaks by services: who calls, and the services, played with known delays.
@NullMarked
package io.agentstream.dev.bench.talk;

import org.jspecify.annotations.NullMarked;
