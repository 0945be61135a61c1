package io.agentstream.gateway.telephony;

import org.jspecify.annotations.Nullable;

/// One telephony company's dialect of media streaming. To add one: a folder with this interface, a line in
/// `GatewayService`, and recorded messages for its contract test. Implementations hold no state; any thread may call them.
public interface TelephonyProvider {

    /// The name in URLs, in lower case.
    String name();

    /// The form in which the provider's domains are stored and compared.
    ///
    /// @return null where `raw` names no domain
    @Nullable String domain(String raw);

    /// Reads any message. Never throws for bad bytes. The usual audio message costs nothing but its audio.
    ///
    /// @param text array with the message, valid UTF-8, from `from` to `to`
    /// @param audio takes the audio where the message is [ProviderMessage.Audio]; else it holds anything
    ProviderMessage read(byte[] text, int from, int to, InboundAudio audio);

    /// The writer of messages to a stream.
    StreamWriter writer(String streamSid);

    /// Writes our messages for one stream of one call.
    interface StreamWriter {

        /// Bytes of a message with so much audio.
        int mediaBytes(int audioBytes);

        /// Puts a message with audio at `at`; there is room for [#mediaBytes(int)].
        ///
        /// @return where the message ends
        int putMedia(byte[] out, int at, byte[] audio, int from, int length);

        /// The message that drops what the provider has not played yet.
        byte[] clear();

        /// The message that asks for an echo when everything before it was played.
        byte[] mark(String name);
    }
}
