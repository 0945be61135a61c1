package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.Map;

/// What became of the calls.
///
/// @param placed connections that were begun
/// @param answered calls on which audio came back
/// @param refused ended before any audio came back
/// @param failed ended by the other side after audio had come back
/// @param closeCodes how many calls ended with each close code; 1006 where there was none
/// @param firstEcho from when the call was due to be placed until audio came back
public record CallCounts(
        int placed, int answered, int refused, int failed, Map<Integer, Integer> closeCodes, LatencyMs firstEcho) {}
