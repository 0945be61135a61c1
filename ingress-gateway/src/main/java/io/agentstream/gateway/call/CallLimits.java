package io.agentstream.gateway.call;

/// The limits of a call; times in microseconds.
///
/// @param handshakeUs from the accepted socket to the running run
/// @param maxCallUs longest talk
/// @param idleUs how long a running call may be without a sign of life of either side
/// @param aliveUs how often the call is said to be alive
/// @param closeUs how long the peer may take to answer our close frame
/// @param maxHandshakeMessages messages before the call is running
/// @param lookAheadUs how far playback is ahead of the caller's ear
public record CallLimits(
        long handshakeUs,
        long maxCallUs,
        long idleUs,
        long aliveUs,
        long closeUs,
        int maxHandshakeMessages,
        long lookAheadUs) {}
