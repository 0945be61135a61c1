package io.agentstream.dev.e2e;

/// In which order classes begin, which is what the whole build takes: each kind but the calls on the shared system goes one after the other,
/// and takes some five minutes, so that all kinds have to begin at once. Those that only add calls to the shared system come
/// before those that want it for themselves: whoever waits for a lock keeps a place that somebody else could have.
///
/// The very first must not have to wait for a lock: JUnit starts it on the thread that all others are started from.
final class Turn {

    static final int FIRST = 0;
    static final int OWN_SYSTEM = 1;
    static final int LONGEST_OF_WHOLE_MACHINE = 2;
    static final int WHOLE_MACHINE = 3;
    static final int KILLED = 4;
    static final int SHARED = 5;
    static final int SHARED_ALONE = 6;

    private Turn() {}
}
