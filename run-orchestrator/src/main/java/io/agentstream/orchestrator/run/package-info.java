/// Decides about runs: the machine, the transactions around it, and the loop that feeds them.
///
/// [RunMachine], [Verdicts] and [Contexts] are pure: they may not know a database, Kafka, a clock or a logger. Nothing here may
/// know HTTP; the provider is behind [Sessions].
@NullMarked
package io.agentstream.orchestrator.run;

import org.jspecify.annotations.NullMarked;
