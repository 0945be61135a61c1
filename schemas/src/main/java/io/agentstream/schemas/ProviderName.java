package io.agentstream.schemas;

import java.util.Optional;
import java.util.regex.Pattern;

/// The name of a provider, as somebody gives it who may have put the wrong thing there: an agent's UUID, which is a secret, stands
/// next to it in the URL. What does not look like a name is neither repeated nor kept.
public final class ProviderName {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,32}");
    private static final Pattern UUID = Pattern.compile("[0-9A-Fa-f]{32}");

    private ProviderName() {}

    /// `text` where it may be shown and kept: 1 to 32 letters, digits, `-` and `_`, and no UUID, with or without its dashes.
    public static Optional<String> shown(String text) {
        return FORM.matcher(text).matches() && !UUID.matcher(text.replace("-", "").replace("_", "")).matches()
                ? Optional.of(text)
                : Optional.empty();
    }
}
