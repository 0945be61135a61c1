package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.schemas.CallId;
import org.jspecify.annotations.Nullable;

/// What is known of a call from its socket and its URL, and never changes.
///
/// @param request the URL
/// @param domain the URL's domain, normalised, or null
/// @param address of the peer
record CallFacts(CallId callId, StreamRequest request, @Nullable String domain, String address) {

    static CallFacts of(CallId callId, StreamRequest request, TelephonyProvider provider, String address) {
        String raw = request.domain();
        return new CallFacts(callId, request, raw == null ? null : provider.domain(raw), address);
    }

    @Nullable String provider() {
        return request.provider();
    }

    /// The query owes a domain; where there is no query to expect, the first messages do.
    boolean domainMissing() {
        return domain == null && !request.inPath();
    }
}
