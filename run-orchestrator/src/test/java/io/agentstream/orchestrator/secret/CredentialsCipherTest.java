package io.agentstream.orchestrator.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.runtime.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CredentialsCipherTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Place PLACE = new Place(7, "cloudonix", "acme.cloudonix.net");
    private static final Secret TOKEN = new Secret("a-bearer-token-äöü");

    private final Secret key = CredentialsCipher.generateKey(RANDOM);
    private final CredentialsCipher cipher = CredentialsCipher.of(RANDOM, key).orElseThrow();

    @Test
    void opensWhatItSealed() {
        // when
        Opened opened = cipher.open(cipher.seal(TOKEN, PLACE), PLACE);

        // then
        assertEquals(new Opened.Plain(TOKEN), opened);
    }

    @Test
    void sealsTheSameTwiceDifferently() {
        assertNotEquals(cipher.seal(TOKEN, PLACE), cipher.seal(TOKEN, PLACE));
    }

    @Test
    void keepsThePlainTextOutOfTheEnvelope() {
        // when
        String envelope = new String(cipher.seal(TOKEN, PLACE).bytes(), StandardCharsets.ISO_8859_1);

        // then
        assertFalse(envelope.contains("bearer"));
    }

    static Stream<Place> otherPlaces() {
        return Stream.of(
                new Place(8, "cloudonix", "acme.cloudonix.net"),
                new Place(7, "cloudonix", "other.cloudonix.net"),
                new Place(7, "other", "acme.cloudonix.net"));
    }

    @ParameterizedTest
    @MethodSource("otherPlaces")
    void doesNotOpenAnEnvelopeFromAnotherRow(Place other) {
        assertEquals(new Opened.Corrupt(), cipher.open(cipher.seal(TOKEN, PLACE), other));
    }

    @Test
    void doesNotOpenAnEnvelopeWithAnyByteChanged() {
        // given
        byte[] bytes = cipher.seal(TOKEN, PLACE).bytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;

            // when
            Opened opened = cipher.open(Envelope.of(changed), PLACE);

            // then
            assertFalse(opened instanceof Opened.Plain, "byte " + i);
        }
    }

    @Test
    void doesNotOpenACutEnvelope() {
        // given
        byte[] bytes = cipher.seal(TOKEN, PLACE).bytes();
        for (int length = 0; length < bytes.length; length++) {
            // when
            Opened opened = cipher.open(Envelope.of(java.util.Arrays.copyOf(bytes, length)), PLACE);

            // then
            assertEquals(new Opened.Corrupt(), opened);
        }
    }

    @Test
    void namesTheKeyItDoesNotHave() {
        // given
        Envelope envelope = cipher.seal(TOKEN, PLACE);
        CredentialsCipher other = CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM))
                .orElseThrow();

        // when
        Opened opened = other.open(envelope, PLACE);

        // then
        assertEquals(envelope.keyId(), assertInstanceOf(Opened.UnknownKey.class, opened).keyId());
    }

    @Test
    void opensWithAnOlderKeyAndSealsWithTheNewOne() {
        // given
        Secret newKey = CredentialsCipher.generateKey(RANDOM);
        CredentialsCipher rotated = CredentialsCipher.of(RANDOM, newKey, key).orElseThrow();

        // when
        Opened opened = rotated.open(cipher.seal(TOKEN, PLACE), PLACE);
        Envelope fresh = rotated.seal(TOKEN, PLACE);

        // then
        assertEquals(new Opened.Plain(TOKEN), opened);
        assertInstanceOf(Opened.UnknownKey.class, cipher.open(fresh, PLACE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not base64!", "c2hvcnQ=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="})
    void refusesAKeyThatIsNot32BytesInBase64(String text) {
        assertTrue(CredentialsCipher.of(RANDOM, new Secret(text)).isEmpty());
    }
}
