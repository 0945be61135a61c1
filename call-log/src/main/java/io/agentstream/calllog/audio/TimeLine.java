package io.agentstream.calllog.audio;

/// A call's own time: sample 0 is where its socket was accepted. 8,000 samples a second, each 125 microseconds long.
///
/// @param startUs when the socket was accepted, in microseconds since 1970
record TimeLine(long startUs) {

    static final int SAMPLES_PER_MS = 8;
    static final long SAMPLE_US = 125;

    /// The sample that is nearest to a time.
    long sample(long us) {
        return Math.floorDiv(us - startUs + SAMPLE_US / 2, SAMPLE_US);
    }
}
