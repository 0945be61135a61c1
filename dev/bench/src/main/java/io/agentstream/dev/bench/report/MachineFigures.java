package io.agentstream.dev.bench.report;

/// What happened on the machine during a window, in processors.
///
/// @param busy by everybody
/// @param others by processes that are none of the bench's
/// @param stolen by other machines on the same hardware
public record MachineFigures(int processors, double busy, double others, double stolen) {}
