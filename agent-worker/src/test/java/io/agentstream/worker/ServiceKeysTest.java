package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.runtime.Secret;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ServiceKeysTest {

    private final ServiceKeys keys = ServiceKeys.parse(new Secret("openai=sk-1, deepgram = a=b="));

    @Test
    void aKeyIsFoundByItsName() {
        assertEquals(new Secret("sk-1"), keys.source("openai", null).key());
        assertEquals(new Secret("a=b="), keys.source("deepgram", null).key());
        assertThrows(IllegalStateException.class, () -> keys.source("other", null).key());
    }

    @Test
    void theOperatorsKeyIsNotSentToAnAddressThatADefinitionNames() {
        URI elsewhere = URI.create("https://collect.example");

        assertThrows(IllegalStateException.class, () -> keys.source("openai", elsewhere).key());
    }

    @Test
    void whoWantsNoKeyGetsAnEmptyOne() {
        assertEquals(new Secret(""), keys.source(null, URI.create("https://own.example")).key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-1", "=sk-1", "a=", "a=sk-1,a=sk-2", "a=sk-1,"})
    void whatIsNoListOfKeysIsRefusedWithoutQuotingIt(String text) {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> ServiceKeys.parse(new Secret(text)));

        assertFalse(String.valueOf(wrong.getMessage()).contains("sk-"));
    }
}
