package io.agentstream.orchestrator.decide;

import org.jspecify.annotations.Nullable;

/// What became of asking a provider for a session.
///
/// @param status of its last answer; null where it gave none
/// @param tries how often it was asked; 0 where it was not
public record SessionAnswer(Verdicts.Session verdict, @Nullable Integer status, int tries) {

    public static final SessionAnswer NOT_ASKED = new SessionAnswer(Verdicts.Session.NOT_ASKED, null, 0);
}
