package io.agentstream.gateway.telephony;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The providers that a gateway speaks, and those that are known by name. Any thread.
public final class TelephonyProviders {

    private static final Set<String> KNOWN = Set.of("twilio", "telnyx", "plivo", "vonage", "vobiz", "ari");

    private final List<TelephonyProvider> spoken;

    /// @param spoken one at least
    public TelephonyProviders(TelephonyProvider... spoken) {
        this.spoken = List.of(spoken);
    }

    /// The provider of that name, or null.
    ///
    /// @param name in lower case
    public @Nullable TelephonyProvider find(String name) {
        for (TelephonyProvider provider : spoken) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        return null;
    }

    /// Some provider, for a call that is refused for its own: nothing is said to it, so that any dialect will do.
    public TelephonyProvider any() {
        return spoken.getFirst();
    }

    /// Whether there is such a provider, though it is not spoken here yet.
    public boolean isKnown(String name) {
        return KNOWN.contains(name);
    }
}
