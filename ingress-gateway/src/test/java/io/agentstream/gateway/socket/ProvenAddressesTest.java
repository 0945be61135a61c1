package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ProvenAddressesTest {

    @Test
    void remembersSoManyAddressesThatTalked() {
        ProvenAddresses proven = new ProvenAddresses();
        for (int i = 0; i <= ProvenAddresses.MAX; i++) {
            proven.talked("address " + i, 0);
        }

        assertFalse(proven.contains("address 0", 0));
        assertTrue(proven.contains("address 1", 0));
    }
}
