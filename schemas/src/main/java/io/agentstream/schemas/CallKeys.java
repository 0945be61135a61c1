package io.agentstream.schemas;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

@Doc("The keys that a call's records are sealed with, each wrapped by the installation's key. A record without a value says that the"
        + " socket is closed.")
public record CallKeys(
        @Doc("The call.") CallId callId,
        @Doc("When they were made.") Instant at,
        @Doc("Key of the audio both ways and of the keys that are pressed: base64 of nonce, AES-256-GCM ciphertext and tag.")
                @Nullable String media,
        @Doc("Key of numbers, parameters and words; in the same form.") @Nullable String words) {

    /// Without the keys, wrapped as they are.
    @Override
    public String toString() {
        return "CallKeys[" + callId + "]";
    }
}
