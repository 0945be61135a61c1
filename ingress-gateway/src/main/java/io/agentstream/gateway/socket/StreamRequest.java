package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.PeerText;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the URL of a media socket says. The agent's UUID authorises calls, so it goes no further than its digest.
///
/// @param provider its name in lower case; empty where what stands in its place cannot be a name, and may be anything, the agent's
///        UUID too; null where nothing does
/// @param agentDigest SHA-256, in hexadecimal, of the lower-cased agent UUID
/// @param inPath whether the provider is part of the path, and the provider's first messages give what a query would
/// @param domain as it stands in the query, or null
/// @param externalCallId the peer's name for the call, or null
record StreamRequest(
        @Nullable String provider,
        String agentDigest,
        boolean inPath,
        @Nullable String domain,
        @Nullable String externalCallId,
        @Nullable String from,
        @Nullable String to) {

    private static final String PREFIX = "/api/v1/agent-stream/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}"); // a UUID has 36 characters, or 32 without its dashes
    private static final Pattern BARE_UUID = Pattern.compile("[0-9A-Fa-f]{32}");

    /// @param path decoded
    /// @param query decoded as forms are, where a plus sign is a blank
    /// @param rawQuery as it came, for the numbers, whose plus sign is one
    /// @return null where there is no such thing as this path
    static @Nullable StreamRequest parse(String path, Map<String, Deque<String>> query, String rawQuery) {
        if (!path.startsWith(PREFIX)) {
            return null;
        }
        String rest = path.substring(PREFIX.length());
        int slash = rest.indexOf('/');
        boolean inPath = slash >= 0;
        String agent = inPath ? rest.substring(slash + 1) : rest;
        String provider = inPath ? rest.substring(0, slash) : first(query, "provider");
        if (agent.isEmpty() || agent.indexOf('/') >= 0 || (inPath && slash == 0)) {
            return null;
        }
        AgentSecret secret = AgentSecret.of(agent);
        String callId = PeerText.name(secret.hidden(first(query, "callId")));
        return new StreamRequest(
                provider == null || provider.isBlank() ? null : name(provider.strip()),
                secret.digest(),
                inPath,
                secret.hidden(first(query, "Domain")),
                callId != null ? callId : PeerText.name(secret.hidden(first(query, "CallSid"))),
                PeerText.name(secret.hidden(QueryText.first(rawQuery, "from"))),
                PeerText.name(secret.hidden(QueryText.first(rawQuery, "to"))));
    }

    private static String name(String provider) {
        boolean named = NAME.matcher(provider).matches() && !BARE_UUID.matcher(provider).matches();
        return named ? provider.toLowerCase(Locale.ROOT) : "";
    }

    private static @Nullable String first(Map<String, Deque<String>> query, String name) {
        Deque<String> values = query.get(name);
        return values == null ? null : values.peekFirst();
    }
}
