package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        String name = "x".repeat(123 - "Unknown Cloudonix domain: ".length());

        assertEquals("Unknown Cloudonix domain: " + name, Failure.UNKNOWN_DOMAIN.reason(name));
    }

    @Test
    void unpairedSurrogatesDoNotReachThePeer() {
        assertEquals("Unknown Cloudonix domain: ?", Failure.UNKNOWN_DOMAIN.reason("\uD800"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "a b", "a.b", "acme/x", "ü", "abcdefghijklmnopqrstuvwxyz0123456", "1e0f4d3c-5b6a-4789-9abc-def012345678",
        "1E0F4D3C5B6A47899ABCDEF012345678", "1e0f4d3c5b6a4789_abcdef012345678f", "acme\n"
    })
    void whatIsNoNameOfAProviderIsNotRepeated(String text) {
        assertEquals("Unknown provider", Failure.UNKNOWN_PROVIDER.reason(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "a", "Acme_2-b", "abcdefghijklmnopqrstuvwxyz012345"})
    void aNameOfAProviderIsRepeated(String text) {
        assertEquals("Unknown provider: " + text, Failure.UNKNOWN_PROVIDER.reason(text));
    }
}
