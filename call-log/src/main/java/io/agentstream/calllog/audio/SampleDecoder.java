package io.agentstream.calllog.audio;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.MediaFormat;
import java.util.Optional;

/// Makes linear samples of a call's audio, one of each byte.
@FunctionalInterface
interface SampleDecoder {

    short decode(byte sample);

    /// Nothing for a format that no call can have: those are refused before they talk.
    static Optional<SampleDecoder> of(MediaFormat format) {
        return format.equals(MediaFormat.MULAW_8K) ? Optional.of(MuLaw::decode) : Optional.empty();
    }
}
