package io.agentstream.dev.e2e;

/// In which order classes begin, which decides how long the whole build takes: of each kind there is one at a time, and all of a kind take some
/// minutes, with drills five, so that every kind has to begin at once. What has processes of its own and kills none waits for nobody. What only adds calls to
/// the shared system can go on beside its like, and comes last, when the places of other kinds become free.
public final class Turn {

    /// The longest of those that nothing else waits for, of which JUnit takes the first for the thread that starts all others.
    static final int FIRST = 0;

    static final int OWN_SYSTEM = 1;
    static final int LONGEST_OF_WHOLE_MACHINE = 2;
    static final int WHOLE_MACHINE = 3;
    static final int KILLED = 4;
    static final int SHARED_ALONE = 5;
    public static final int PROCESSES_OF_ITS_OWN = 6;
    static final int SHARED = 7;

    private Turn() {}
}
