package io.agentstream.dev.simulator.caller;

/// What the caller does in a step.
public sealed interface Action {

    /// Speaks; done when all of it is sent.
    record Say(Speech speech) implements Action {}

    /// Presses a key: `0-9`, `*`, `#`, `A-D`.
    record Press(char digit) implements Action {

        public Press {
            if ("0123456789*#ABCD".indexOf(digit) < 0) {
                throw new IllegalArgumentException("no key has this on it: " + digit);
            }
        }
    }

    /// Puts the receiver down.
    record HangUp() implements Action {}
}
