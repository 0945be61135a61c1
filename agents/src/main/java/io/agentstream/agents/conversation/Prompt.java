package io.agentstream.agents.conversation;

/// What an engine is asked to answer.
public sealed interface Prompt {

    Prompt OPENING = new Opening();
    Prompt SILENCE = new Silence();
    Prompt GO_ON = new GoOn();
    Prompt AGAIN = new Again();

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
}
