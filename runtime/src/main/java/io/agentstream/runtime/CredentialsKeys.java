package io.agentstream.runtime;

import java.util.List;

/// The keys that provider credentials are encrypted with: the newest writes, all of them read, so that a key can be changed
/// without a day on which nothing opens. Does not print. Safe for any thread.
///
/// @param newest 32 bytes in base64
/// @param older what earlier credentials were written with, newest first; the same form
public record CredentialsKeys(Secret newest, List<Secret> older) {

    public CredentialsKeys {
        older = List.copyOf(older);
    }
}
