package io.agentstream.gateway.telephony;

import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a provider's message says, in our words.
public sealed interface ProviderMessage {

    /// The first message of a stream.
    record Connected() implements ProviderMessage {}

    /// The second; null details where the message has none.
    record Start(@Nullable StreamDetails details) implements ProviderMessage {}

    /// Audio of the caller; never empty. What it is stands in the [InboundAudio] of the reading, because this comes fifty times a
    /// second of each call.
    record Audio() implements ProviderMessage {}

    /// The caller pressed a key: one of 0-9 * # A-D.
    record Digit(char digit) implements ProviderMessage {}

    /// The provider played everything up to this mark of ours, or dropped it.
    record MarkEcho(String name) implements ProviderMessage {}

    /// The stream is over.
    record Stop() implements ProviderMessage {}

    /// As it should be, and nothing for us: a track that is not the caller's, a message without audio.
    record Ignored() implements ProviderMessage {}

    /// Nothing that we understand. Of a running call it is passed over and counted, before that it is an error.
    record Odd(OddMessage how) implements ProviderMessage {}

    /// What no call may send.
    record Forbidden(Failure failure) implements ProviderMessage {}

    /// What `start` tells of a stream. What the provider left out, or gave as something that we cannot take, is absent.
    ///
    /// @param mediaFormat in our spelling where it is one that we speak, else as the provider gave it
    /// @param cut a sentence for each thing that was shortened or left out at a limit
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
            Map<String, String> customParameters,
            List<String> cut) {}
}
