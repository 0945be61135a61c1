package io.agentstream.orchestrator.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiKeysTest {
    private final ApiKeys apiKeys = new ApiKeys(new SecureRandom());

    @Test
    void makesKeysThatDifferAndAreWellFormed() {
        // when
        Secret one = apiKeys.generate();
        Secret two = apiKeys.generate();

        // then
        assertNotEquals(one, two);
        assertTrue(ApiKeys.isWellFormed(one));
        assertEquals(47, one.reveal().length());
        assertTrue(one.reveal().startsWith(ApiKeys.prefix(one)));
    }

    @Test
    void hashesAKeyWithSha256() {
        assertArrayEquals(
                HexFormat.of().parseHex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                ApiKeys.hash(new Secret("abc")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ags_", "ags_short", "xyz_0123456789012345678901234567890123456789012", "ags_01234567890123456789012345678901234567890 2"})
    void knowsWhatIsNotAKey(String text) {
        assertFalse(ApiKeys.isWellFormed(new Secret(text)));
    }
}
