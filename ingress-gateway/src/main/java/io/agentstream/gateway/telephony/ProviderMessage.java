package io.agentstream.gateway.telephony;

import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a provider's message says, in our words.
public sealed interface ProviderMessage {

    /// The first message of a stream.
    record Connected() implements ProviderMessage {}

    /// The second; null details where the message has none.
    record Start(@Nullable StreamDetails details) implements ProviderMessage {}

    /// Audio of the caller; never empty.
    ///
    /// @param timestampMs the provider's clock, or [#NO_TIME] where it gives none
    record Audio(long timestampMs, Slice payload) implements ProviderMessage {
        public static final long NO_TIME = -1;
    }

    /// The caller pressed a key: one of 0-9 * # A-D.
    record Digit(char digit) implements ProviderMessage {}

    /// The provider played everything up to this mark of ours, or dropped it.
    record MarkEcho(String name) implements ProviderMessage {}

    /// The stream is over.
    record Stop() implements ProviderMessage {}

    /// Nothing for us: an unknown event, a track that is not the caller's, a message without audio.
    record Ignored() implements ProviderMessage {}

    /// Not a message of this provider at all.
    record Malformed() implements ProviderMessage {}

    /// What `start` tells of a stream. What the provider left out, or gave as something else than text, is absent.
    record StreamDetails(
            @Nullable String streamSid,
            @Nullable String callSid,
            @Nullable String session,
            @Nullable String domain,
            @Nullable String from,
            @Nullable String to,
            @Nullable String context,
            List<String> tracks,
            MediaFormat mediaFormat,
            Map<String, String> customParameters) {}
}
