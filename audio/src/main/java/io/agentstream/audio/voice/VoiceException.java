package io.agentstream.audio.voice;

/// A voice could not speak, for a reason that is not the text.
public final class VoiceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public VoiceException(String message) {
        super(message);
    }

    public VoiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
