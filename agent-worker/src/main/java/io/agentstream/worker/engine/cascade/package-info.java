/// An agent that hears, thinks and speaks by services: its session asks them what the dialogue wants asked, and decides nothing.
@NullMarked
package io.agentstream.worker.engine.cascade;

import org.jspecify.annotations.NullMarked;
