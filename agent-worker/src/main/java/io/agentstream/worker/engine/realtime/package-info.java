/// An agent whose caller is heard, answered and spoken to by one service: its session asks it what the dialogue wants asked, and decides nothing.
@NullMarked
package io.agentstream.worker.engine.realtime;

import org.jspecify.annotations.NullMarked;
