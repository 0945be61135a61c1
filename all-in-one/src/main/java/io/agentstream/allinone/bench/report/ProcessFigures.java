package io.agentstream.allinone.bench.report;

/// What one process used during a window.
///
/// @param cores processors kept busy, user and system time
/// @param residentBytes memory in RAM at the end
/// @param allocatedBytes by all threads of a JVM; 0 for a process that is none
/// @param gcPauses times that the collector stopped the threads
public record ProcessFigures(
        double cores, long residentBytes, long allocatedBytes, int gcPauses, long gcPauseTotalMs, long gcPauseMaxMs) {}
