package io.agentstream.gateway.telephony;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The providers that we speak, and those that we know by name. A new one is one class and one line.
public final class TelephonyProviders {

    public static final List<TelephonyProvider> SUPPORTED = List.of(new CloudonixProvider());

    private static final Set<String> KNOWN = Set.of("twilio", "telnyx", "plivo", "vonage", "vobiz", "ari");

    private TelephonyProviders() {}

    /// The provider of that name, or null.
    ///
    /// @param name in lower case
    public static @Nullable TelephonyProvider find(String name) {
        for (TelephonyProvider provider : SUPPORTED) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        return null;
    }

    /// Whether there is such a provider, though it is not supported here yet.
    public static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }
}
