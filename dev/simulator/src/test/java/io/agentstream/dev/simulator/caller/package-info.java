/// What the simulated provider promises, against a gateway of a few lines.
///
/// Nothing here may need a broker or a database.
@NullMarked
package io.agentstream.dev.simulator.caller;

import org.jspecify.annotations.NullMarked;
