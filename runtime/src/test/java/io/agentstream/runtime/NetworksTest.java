package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworksTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "10.0.0.0/8 | 10.255.0.1 | true",
        "10.0.0.0/8 | 11.0.0.1 | false",
        "10.1.2.0/23, 192.0.2.7 | 10.1.3.255 | true",
        "10.1.2.0/23, 192.0.2.7 | 10.1.4.0 | false",
        "10.1.2.0/23, 192.0.2.7 | 192.0.2.7 | true",
        "10.1.2.0/23, 192.0.2.7 | 192.0.2.8 | false",
        "2001:db8::/33 | 2001:db8:7fff::1 | true",
        "2001:db8::/33 | 2001:db8:8000::1 | false",
        "0.0.0.0/0 | 203.0.113.9 | true",
        "0.0.0.0/0 | ::1 | false",
        "0.0.0.0/0 | ::ffff:203.0.113.9 | true",
    })
    void knowsWhichAddressesAreIn(String networks, String address, boolean in) {
        assertEquals(in, Networks.parse(networks).contains(InetAddress.ofLiteral(address)));
    }

    @Test
    void takesNothingForNoNetworks() {
        assertTrue(Networks.parse(" , ").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "localhost", "10.0.0.0/8;11.0.0.0/8", "::1/129"})
    void refusesWhatIsNoNetwork(String text) {
        assertThrows(IllegalArgumentException.class, () -> Networks.parse(text));
    }
}
