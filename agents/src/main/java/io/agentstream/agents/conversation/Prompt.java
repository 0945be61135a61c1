package io.agentstream.agents.conversation;

/// What an engine is asked to answer.
public sealed interface Prompt {

    Prompt OPENING = new Opening();
    Prompt SILENCE = new Silence();
    Prompt GO_ON = new GoOn();
    Prompt AGAIN = new Again();
    Prompt UNHEARD = new Unheard();

    /// The call has just begun.
    record Opening() implements Prompt {}

    /// The caller pressed this key.
    record Key(char digit) implements Prompt {}

    /// The caller spoke for so long.
    record Speech(long speechMs) implements Prompt {}

    /// The caller said nothing for as long as the engine wanted to wait.
    record Silence() implements Prompt {}

    /// The caller has heard the line; the engine has more to say without being asked.
    record GoOn() implements Prompt {}

    /// The line was lost on the way: say it once more.
    record Again() implements Prompt {}

    /// The caller, or a noise on the line, has talked on for longer than anybody waits, and the line wants no speech. As good as
    /// silence: a line with steady noise on it has to end some day.
    record Unheard() implements Prompt {}
}
