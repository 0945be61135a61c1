package io.agentstream.calllog.timeline;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What can be wrong with a call that ended as calls do. A sound is what is louder than the quietest usable line: frames of silence are
/// none.
public enum SilentFault {
    /// No audio came from the caller, and no key: one-way audio.
    NO_CALLER_AUDIO,
    /// Audio came from the caller, and all of it was silence: one-way audio.
    CALLER_SILENT,
    /// The agent sent audio, and none of it was played to the caller: one-way audio.
    AGENT_UNHEARD,
    /// What the agent sent was silence, all of it: one-way audio.
    AGENT_SILENT,
    /// The agent sent nothing at all.
    AGENT_NEVER_ANSWERED,
    /// An answer came later than the limit, or not before the end.
    SLOW_TURN;

    /// As records and the API have it.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Nothing where only a newer writer knows it.
    public static Optional<SilentFault> of(String code) {
        return Arrays.stream(values()).filter(each -> each.code().equals(code)).findFirst();
    }
}
