package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PeerAddressTest {

    private static final Networks TRUSTED = Networks.parse("10.0.0.0/8, 2001:db8:1::/48");

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "198.51.100.7 | none                                 | 198.51.100.7", // nobody says more
        "198.51.100.7 | 203.0.113.1                          | 198.51.100.7", // a stranger's word
        "10.0.0.1     | none                                 | 10.0.0.1",
        "10.0.0.1     | 203.0.113.1                          | 203.0.113.1",
        "10.0.0.1     | 1.1.1.1, 203.0.113.1                 | 203.0.113.1", // the client may have begun the list itself
        "10.0.0.1     | 1.1.1.1, 203.0.113.1, 10.9.9.9       | 203.0.113.1",
        "10.0.0.1     | 203.0.113.1;10.9.9.9                 | 203.0.113.1", // the header twice
        "10.0.0.1     | 203.0.113.1;1.1.1.1                  | 1.1.1.1",
        "10.0.0.1     | 203.0.113.1:5060                     | 203.0.113.1",
        "10.0.0.1     | [2001:db8:2::9]:443                  | 2001:db8:2:0:0:0:0:9",
        "2001:db8:1::5 | 2001:db8:2::9                       | 2001:db8:2:0:0:0:0:9",
        "10.0.0.1     | unknown                              | 10.0.0.1",
        "10.0.0.1     | 203.0.113.1, nonsense                | 10.0.0.1",
        "10.0.0.1     | example.com                          | 10.0.0.1", // no name is looked up
        "10.0.0.1     | ''                                   | 10.0.0.1",
    })
    void believesTrustedProxiesOnly(String peer, String header, String client) {
        List<String> forwarded = header == null ? List.of() : Arrays.asList(header.split(";"));

        assertEquals(client, PeerAddress.of(InetAddress.ofLiteral(peer), forwarded, TRUSTED).text());
    }

    @Test
    void looksThroughABoundedNumberOfProxies() {
        List<String> forwarded = List.of("203.0.113.1, " + "10.0.0.2, ".repeat(10_000) + "10.0.0.3");

        assertEquals("10.0.0.2", PeerAddress.of(InetAddress.ofLiteral("10.0.0.1"), forwarded, TRUSTED).text());
    }

    @Test
    void countsIpv6ByItsNetwork() {
        PeerAddress one = PeerAddress.of(InetAddress.ofLiteral("2001:db8:2:3::1"));
        PeerAddress other = PeerAddress.of(InetAddress.ofLiteral("2001:db8:2:3:ffff::2"));
        PeerAddress foreign = PeerAddress.of(InetAddress.ofLiteral("2001:db8:2:4::1"));

        assertEquals(one.key(), other.key());
        assertNotEquals(one.text(), other.text());
        assertNotEquals(one.key(), foreign.key());
    }
}
