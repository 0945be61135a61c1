package io.agentstream.worker.service.wire;

import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Audio in a message. Pure.
public final class Base64Audio {

    private Base64Audio() {}

    /// @return nothing where there is none
    public static Optional<byte[]> of(JsonNode base64) throws ServiceException {
        if (!base64.isString()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(base64.asString("")));
        } catch (IllegalArgumentException not) {
            throw Broken.because("audio that is no base64");
        }
    }
}
