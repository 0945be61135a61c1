package io.agentstream.agents.definition;

import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What holds in the whole call. Immutable; any thread.
///
/// @param language BCP 47 tag of the language that is heard and spoken, such as `en-US`
/// @param timeZone where the agent's clock hangs
/// @param voice the voice of mouths that name none of their own; null: the service's usual one
/// @param firstSpeaker who speaks first
/// @param interruption what cuts the agent short, where a node does not say otherwise
/// @param endpointing when the caller's turn is over
/// @param idle what happens when the caller says nothing for long
/// @param maxCallMs the longest call; then comes the farewell
/// @param ambient what is heard behind the agent's voice; null: nothing
/// @param filler what is said while a service or a tool takes long; null: nothing
/// @param speculative whether the brain is asked before the caller's turn is surely over; what it then answers in vain is paid for
/// @param farewell said before the agent ends the call by itself
/// @param trouble what happens when a service has failed for good
public record Settings(
        String language,
        ZoneId timeZone,
        @Nullable String voice,
        FirstSpeaker firstSpeaker,
        Interruption interruption,
        Endpointing endpointing,
        Idle idle,
        long maxCallMs,
        @Nullable Ambient ambient,
        @Nullable Filler filler,
        boolean speculative,
        Template farewell,
        Trouble trouble) {

    public enum FirstSpeaker {
        AGENT,
        CALLER
    }

    /// What cuts the agent short while it speaks.
    public sealed interface Interruption {

        /// Nothing does.
        record Off() implements Interruption {}

        /// So many words that were understood, in a row.
        record Words(int words) implements Interruption {}

        /// Speech of this length, whatever it says.
        record Speech(int ms) implements Interruption {}
    }

    /// When the caller's turn is over: after a pause between the bounds.
    ///
    /// @param shortAnswerMs the pause after an answer that is complete by itself, such as yes or no
    /// @param adapts whether the pause follows the caller's own pauses; otherwise it is always `minMs` where the words seem complete, and
    ///     `maxMs` where they do not
    public record Endpointing(int minMs, int maxMs, int shortAnswerMs, boolean adapts) {}

    /// What happens when the caller says nothing for long in a place that has no way for silence.
    ///
    /// @param afterMs how long the caller may be silent, from the end of what the agent said
    /// @param prompts what is said, one each time; may be empty
    /// @param go where it leads once they are used up; null: to the farewell
    public record Idle(int afterMs, List<Template> prompts, @Nullable String go) {}

    /// What is heard behind the agent's voice.
    public record Ambient(Sound sound, int volumePercent) {

        public enum Sound {
            /// A quiet room: the line does not sound dead.
            ROOM,
            OFFICE,
            STREET
        }
    }

    /// What is said while a service or a tool takes long.
    ///
    /// @param afterMs after how long
    /// @param lines one each time, in order and from the beginning again
    public record Filler(int afterMs, List<Template> lines) {}

    /// What happens when a service has failed for good in a place that has no way for an error.
    ///
    /// @param say the apology
    /// @param go where it leads; null: the call is ended after the apology
    public record Trouble(Template say, @Nullable String go) {}
}
