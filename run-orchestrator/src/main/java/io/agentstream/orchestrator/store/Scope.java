package io.agentstream.orchestrator.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What an API key is for; each can do what those before it can.
public enum Scope {
    /// Looking.
    READ,
    /// Agents, configurations, calls.
    WRITE,
    /// Users, keys, webhooks, retention, erasure.
    ADMIN;

    /// As it is written in the database, in answers and on the command line.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> parse(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text().equals(text)).findFirst();
    }

    /// Whether a key of this scope may do what needs `needed`.
    public boolean allows(Scope needed) {
        return compareTo(needed) >= 0;
    }
}
