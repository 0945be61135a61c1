package io.agentstream.orchestrator.facts;

import org.jspecify.annotations.Nullable;

/// What changes in one organisation's minute: a run's share that holds no longer is taken out, one that holds now is put in.
///
/// @param out taken out; null where nothing is
/// @param in put in; null where nothing is
/// @param forgotten whether the run of `out` was deleted from `runs.v1`: it stays in the sum, and nothing of it will change
record Change(@Nullable Share out, @Nullable Share in, boolean forgotten) {}
