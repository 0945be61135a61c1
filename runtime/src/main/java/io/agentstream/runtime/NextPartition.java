package io.agentstream.runtime;

/// Which partition is to move to a worker's loop next, as the loop and its group tell each other: the group says which one it is to be, the loop that it is
/// prepared for it, and only then does whoever holds it let go of it ([TogetherAssignor]).
///
/// One for each consumer of [KafkaClients#worker]; only the thread that polls it.
public final class NextPartition {

    /// No partition.
    public static final int NONE = -1;

    private int told = NONE;
    private boolean isLetGo;
    private int prepared = NONE;

    /// What the group has said with its newest agreement.
    ///
    /// @param number of the partition, which another member holds, or [#NONE]
    /// @param letGo whether that one lets go of it now, so that it comes with the agreement that follows
    public void tell(int number, boolean letGo) {
        told = number;
        isLetGo = letGo;
    }

    /// The partition that is to come next; [#NONE] where there is none.
    public int told() {
        return told;
    }

    /// Whether its holder is letting go of it, and nobody need be asked any more.
    public boolean isLetGo() {
        return isLetGo;
    }

    /// The group learns with the next agreement that the loop is prepared for this one, and has nothing else to take.
    ///
    /// @param number of the partition; [#NONE] where it is not prepared for any
    public void prepare(int number) {
        prepared = number;
    }

    /// The partition that the loop is prepared for; [#NONE] where there is none.
    public int prepared() {
        return prepared;
    }
}
