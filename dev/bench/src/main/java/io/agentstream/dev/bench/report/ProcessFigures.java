package io.agentstream.dev.bench.report;

/// What one process, or all of a kind, used during a window.
///
/// @param cores processors kept busy, user and system time
/// @param residentBytes memory in RAM at the end
/// @param allocatedBytes by all threads of a JVM; 0 for a process that is none
/// @param gcPauses times that the collector stopped the threads
public record ProcessFigures(
        double cores, long residentBytes, long allocatedBytes, int gcPauses, long gcPauseTotalMs, long gcPauseMaxMs) {

    /// Of what is known to have used processors, and nothing else is known of it.
    public static ProcessFigures ofCores(double cores) {
        return new ProcessFigures(cores, 0, 0, 0, 0, 0);
    }

    public ProcessFigures withCores(double changed) {
        return new ProcessFigures(changed, residentBytes, allocatedBytes, gcPauses, gcPauseTotalMs, gcPauseMaxMs);
    }

    /// Of both together.
    public ProcessFigures plus(ProcessFigures other) {
        return new ProcessFigures(
                cores + other.cores,
                residentBytes + other.residentBytes,
                allocatedBytes + other.allocatedBytes,
                gcPauses + other.gcPauses,
                gcPauseTotalMs + other.gcPauseTotalMs,
                Math.max(gcPauseMaxMs, other.gcPauseMaxMs));
    }
}
