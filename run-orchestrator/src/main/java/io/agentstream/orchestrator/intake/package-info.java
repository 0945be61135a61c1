/// Takes the records of calls in: the loop, the order of one call, the acknowledgement, and what has to be asked in between.
///
/// What is decided is decided in `decide`; what follows from it is done in `jobs`.
@NullMarked
package io.agentstream.orchestrator.intake;

import org.jspecify.annotations.NullMarked;
