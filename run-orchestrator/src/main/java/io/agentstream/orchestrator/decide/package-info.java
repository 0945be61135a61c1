/// Decides about runs: the machine, what it reads, and the transaction around it.
///
/// [RunMachine], [Verdicts], [Contexts], [Refusal] and [Tariff] are pure: they may not know a database, Kafka, a clock or a
/// logger. Nothing here may know HTTP, Kafka or a provider.
@NullMarked
package io.agentstream.orchestrator.decide;

import org.jspecify.annotations.NullMarked;
