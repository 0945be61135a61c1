package io.agentstream.gateway.call;

/// Knows which stretch of playback was told last, so that one that goes on costs nothing: one is told for each turn, and for each time
/// that a frame came a sample or more after the end of the one before. What comes at an uneven pace and keeps up on the whole is late
/// only when it is later than ever before, since what was late once puts off all that follows. Confined to its call's thread.
final class Stretches {

    private final long none;
    private long turn;
    private long nextByte;

    /// @param none what no turn is
    Stretches(long none) {
        this.none = none;
        this.turn = none;
    }

    /// Audio of a turn sounds; says whether a stretch is to be told that begins with it.
    ///
    /// @param fromByte where the audio begins in its turn
    /// @param paused whether nothing sounded just before
    boolean begins(long ofTurn, long fromByte, int length, boolean paused) {
        boolean begins = paused || ofTurn != turn || fromByte != nextByte;
        turn = ofTurn;
        nextByte = fromByte + length;
        return begins;
    }

    /// Says whether there is one whose end is to be told.
    boolean end() {
        boolean wasOpen = turn != none;
        turn = none;
        return wasOpen;
    }
}
