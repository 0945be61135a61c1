package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainNameTest {

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "acme,acme.cloudonix.net",
                "ACME,acme.cloudonix.net",
                "  acme  ,acme.cloudonix.net",
                "acme.,acme.cloudonix.net",
                "acme...,acme.cloudonix.net",
                "acme. . ,acme.cloudonix.net",
                "acme.cloudonix.net,acme.cloudonix.net",
                "Acme.Cloudonix.NET.,acme.cloudonix.net",
                "voice.example.com,voice.example.com",
                "VOICE.Example.com.,voice.example.com",
                "a_b-c,a_b-c.cloudonix.net",
                "1,1.cloudonix.net",
            })
    void bringsEverySpellingToOne(String text, String expected) {
        assertEquals(expected, DomainName.parse(text).orElseThrow().value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "...", " . "})
    void normalisesNothingToNothing(String text) {
        assertEquals("", DomainName.normalise(text));
        assertTrue(DomainName.parse(text).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "a/b", "a..b", ".a", "-a.example.com", "a-.example.com", "a@example.com", "a:1", "ä.example.com",
                "a\u0000.example.com", "a.example.com/../b"
            })
    void doesNotTakeWhatIsNotAHostName(String text) {
        assertTrue(DomainName.parse(text).isEmpty());
    }

    @Test
    void doesNotTakeNamesThatAreTooLong() {
        assertTrue(DomainName.parse("a".repeat(64) + ".example.com").isEmpty());
        assertTrue(DomainName.parse("a.".repeat(126) + "example").isEmpty());
        assertTrue(DomainName.parse("a".repeat(1_000_000)).isEmpty());
    }
}
