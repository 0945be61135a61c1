package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class FailureTest {

    @Test
    void namesWhatTheReasonSpeaksOf() {
        assertEquals("Unknown provider: acme", Failure.UNKNOWN_PROVIDER.reason("acme"));
        assertEquals("Agent stream is not supported for provider twilio", Failure.UNSUPPORTED_PROVIDER.reason("twilio"));
        assertEquals("Quota exceeded", Failure.QUOTA_EXCEEDED.reason());
    }

    @Test
    void aReasonWithoutANameDoesNotSpeakOfOne() {
        assertEquals("Unknown provider", Failure.UNKNOWN_PROVIDER.reason());
        assertEquals("Unknown Cloudonix domain", Failure.UNKNOWN_DOMAIN.reason(""));
        assertEquals("Agent stream is not supported for provider", Failure.UNSUPPORTED_PROVIDER.reason(""));
    }

    @Test
    void cutsALongReasonBetweenCharacters() {
        String reason = Failure.UNKNOWN_DOMAIN.reason("ü😀".repeat(100));

        int bytes = reason.getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes <= 123 && bytes > 119, bytes + " bytes");
        assertFalse(reason.contains("\uFFFD"));
        assertTrue(reason.startsWith("Unknown Cloudonix domain: ü😀"));
    }

    @Test
    void keepsAReasonThatJustFits() {
        String name = "x".repeat(123 - "Unknown provider: ".length());

        assertEquals("Unknown provider: " + name, Failure.UNKNOWN_PROVIDER.reason(name));
    }

    @Test
    void unpairedSurrogatesDoNotReachThePeer() {
        assertEquals("Unknown provider: ?", Failure.UNKNOWN_PROVIDER.reason("\uD800"));
    }
}
