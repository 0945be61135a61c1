package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.ForFloor;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.runtime.Step;

/// A conversation: who speaks when (the floor), and what is said (the dialogue). A pure function, safe for any thread.
///
/// What the one half asks of the other is passed on within the step. So the inputs are all that decides: whoever has them in order, with the
/// agent's definition, comes to the same state and the same effects.
public final class ConversationMachine {

    /// Is raised by whoever changes what the machine answers to any input: journals carry it, and a call that another version has
    /// held is told from one that this version answers differently. `MachineVersionTest` knows when that is due.
    public static final int VERSION = 10;

    /// First version in which scripts are decided within the machine; before, its journals have an engine's replies.
    public static final int DECIDES_SINCE = 2;

    private ConversationMachine() {}

    /// @param nowMs time of the input, in milliseconds since 1970; does not go back, but for the call's end, which its gateway dates
    public static Step<Conversation, ConversationEffect> step(Conversation state, long nowMs, ConversationInput input) {
        ConversationEffect passing = FloorMachine.passing(state.floor(), input);
        if (passing != null) { // the way of every frame: nothing is made here but the step
            return Step.to(state, passing);
        }
        if (input instanceof AudioHeard) {
            return Step.stay(state);
        }
        if (!(state.dialogue() instanceof Dialogue.Outside)) {
            return new Exchange(state, nowMs).take(input);
        }
        return switch (input) {
            case ForFloor ours -> {
                Step<Floor, ConversationEffect> step = FloorMachine.step(state.floor(), nowMs, ours);
                yield new Step<>(state.with(step.state()), step.effects());
            }
            case ServiceReply nobodys -> Step.stay(state);
        };
    }
}
