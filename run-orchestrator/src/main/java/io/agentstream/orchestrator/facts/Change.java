package io.agentstream.orchestrator.facts;

import org.jspecify.annotations.Nullable;

/// What a run is in one organisation's minute from now on.
///
/// @param callId the run's call
/// @param revision of the facts that say so
/// @param share what it adds; null where it adds nothing here any more
/// @param forgotten whether the run was deleted from `runs.v1`: it stays in the sum as it is
record Change(String callId, long revision, @Nullable Share share, boolean forgotten) {}
