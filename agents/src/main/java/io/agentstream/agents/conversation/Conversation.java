package io.agentstream.agents.conversation;

import io.agentstream.schemas.Failure;

/// The state of a conversation: who may speak, and what is said. Both take their turns in one step of one machine, so that whoever has the
/// inputs has all that led anywhere.
///
/// @param dialogue what is said next
/// @param floorDueMs when the floor wants to be called back, while the dialogue may want it earlier; [Dialogue#NEVER] where it does not.
///         Not kept for an engine that decides outside of the machine, as then nobody else has a deadline
public record Conversation(Floor floor, Dialogue dialogue, long floorDueMs) {

    /// Nothing has happened, and whatever is said is decided by an engine outside of the machine.
    public static final Conversation NEW = of(Dialogue.OUTSIDE);

    /// Nothing has happened yet.
    public static Conversation of(Dialogue dialogue) {
        return new Conversation(Floor.NEW, dialogue, Dialogue.NEVER);
    }

    /// Newest number that was given to a turn.
    public int turn() {
        return floor.turn();
    }

    /// Nothing leads out of here.
    public boolean isOver() {
        return floor instanceof Floor.Ended;
    }

    /// Ended beside the machine, because it could not be asked any more.
    public Conversation ended(Failure failure) {
        return with(new Floor.Ended(turn(), failure));
    }

    Conversation with(Floor other) {
        return new Conversation(other, dialogue, floorDueMs);
    }
}
