package io.agentstream.worker.service;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where a service is, with which key, and how long it is waited for.
///
/// @param url the service's base, as far as its own paths are put behind it: `https://api.openai.com/v1`. Null: the vendor's own. It is
///     reached only where the address guard lets it through
public record Connection(@Nullable URI url, KeySource key, Patience patience) {

    /// Without the URL, which may be a secret.
    @Override
    public String toString() {
        return "Connection[" + patience + "]";
    }
}
