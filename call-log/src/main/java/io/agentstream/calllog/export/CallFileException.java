package io.agentstream.calllog.export;

import java.io.IOException;

/// A file is no exported call, or not one that can be trusted. The message is a sentence for a person, and quotes nothing of the file
/// that could be more than a word.
public final class CallFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CallFileException(String message) {
        super(message);
    }

    CallFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
