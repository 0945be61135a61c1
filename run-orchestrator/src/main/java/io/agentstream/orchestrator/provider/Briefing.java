package io.agentstream.orchestrator.provider;

import io.agentstream.runtime.Secret;
import org.jspecify.annotations.Nullable;

/// Whom to call before a caller is given to them, and what they are told. Immutable; any thread.
///
/// @param to a number, or an address with an @
/// @param from as whose call; null: as the provider likes
/// @param summary what the call is about
/// @param question which keys take the call and refuse it: 1 and 2
/// @param language of both, as a BCP 47 tag
/// @param ringMs how long it may ring there
/// @param ticket by which what they press comes back to this transfer
/// @param room where they wait for the caller
public record Briefing(
        String to, @Nullable String from, String summary, String question, String language, int ringMs, Secret ticket, String room) {

    /// Without who is called and what is said.
    @Override
    public String toString() {
        return "Briefing[" + room + "]";
    }
}
