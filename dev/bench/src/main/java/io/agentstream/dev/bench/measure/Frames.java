package io.agentstream.dev.bench.measure;

/// What became of the frames that were due in a window.
///
/// @param received of them, each counted once
/// @param lost what was sent and never came back
/// @param outOfOrder of those received, the ones that came after a later one
/// @param duplicates came again; not in `received`
/// @param corrupt came back changed or on another call; not in `received`
public record Frames(long sent, long received, long lost, long outOfOrder, long duplicates, long corrupt) {}
