package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource.UnreachableException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServiceKeysTest {

    private static final long OURS = 7;

    private final ServiceKeys keys = new ServiceKeys(
            Map.of("openai", new Secret("sk-operator"), "deepgram", new Secret("dg-operator")),
            (organization, name) -> organization == OURS && name.equals("openai") ? Optional.of(new Secret("sk-own")) : Optional.empty());

    @Test
    void anOrganisationsOwnKeyComesBeforeTheOperators() {
        assertEquals(new Secret("sk-own"), keys.source(OURS, "openai", true).key());
        assertEquals(new Secret("dg-operator"), keys.source(OURS, "deepgram", true).key());
        assertEquals(new Secret("sk-operator"), keys.source(8, "openai", true).key());
        assertThrows(IllegalStateException.class, () -> keys.source(OURS, "other", true).key());
    }

    @Test
    void theOperatorsKeyIsNotSentToAnAddressThatADefinitionNames() {
        assertEquals(new Secret("sk-own"), keys.source(OURS, "openai", false).key());
        assertThrows(IllegalStateException.class, () -> keys.source(OURS, "deepgram", false).key());
    }

    @Test
    void whoWantsNoKeyGetsAnEmptyOne() {
        assertEquals(new Secret(""), keys.source(OURS, null, false).key());
    }

    @Test
    void nobodyIsLentTheOperatorsKeyWhereItIsNotKnownWhetherThereIsAnother() {
        ServiceKeys unsure = new ServiceKeys(Map.of("openai", new Secret("sk-operator")), (_, _) -> {
            throw new UnreachableException(new IOException("away"));
        });

        assertThrows(UnreachableException.class, () -> unsure.source(OURS, "openai", true).key());
    }
}
