package io.agentstream.dev.bench.report;

/// What happened on the machine during a window, in processors.
///
/// @param busy by everybody
/// @param others by processes that are none of the bench's
/// @param unseen by programs that the list of processes does not show, as where this is a container
/// @param stolen by other machines on the same hardware
public record MachineFigures(int processors, double busy, double others, double unseen, double stolen) {}
