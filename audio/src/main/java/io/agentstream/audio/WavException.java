package io.agentstream.audio;

import java.io.IOException;

/// A file is not a WAV file that we read: foreign, cut off, too large or of another encoding. The message says which.
public final class WavException extends IOException {

    private static final long serialVersionUID = 1L;

    public WavException(String message) {
        super(message);
    }
}
