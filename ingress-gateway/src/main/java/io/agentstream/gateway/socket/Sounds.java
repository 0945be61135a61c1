package io.agentstream.gateway.socket;

import io.agentstream.audio.Loudness;
import org.jspecify.annotations.Nullable;

/// Whether there was a sound in one side's audio: frames of silence are sent by lines that carry nothing, too. It is looked for until one
/// is found, so that of most calls some frames are listened to. One thread.
final class Sounds {

    private boolean came;
    private boolean sounded;

    /// @param audio has a piece of 8 kHz mu-law
    void took(byte[] audio, int from, int length) {
        came = true;
        sounded = sounded || Loudness.isSound(audio, from, length);
    }

    /// Null where nothing came.
    @Nullable Boolean isSilent() {
        return came ? (Boolean) !sounded : null;
    }
}
