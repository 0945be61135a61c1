package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Networks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressGuardTest {

    private final AddressGuard guard = new AddressGuard(Networks.NONE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
                "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1",
                "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
                "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
                "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1", "3fff::1",
                // As people write what they want to hide.
                "2130706433", "127.1",
            })
    void refusesWhatIsNotThePublicNetwork(String address) {
        assertThrows(AddressRefusedException.class, () -> guard.resolve(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "172.32.0.1", "100.128.0.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    void letsThePublicNetworkThrough(String address) throws Exception {
        assertEquals(List.of(InetAddress.ofLiteral(address)), guard.resolve(address));
    }

    @Test
    void letsThroughWhatTheOperatorAllows() throws Exception {
        // given
        AddressGuard allowing = new AddressGuard(Networks.parse("127.0.0.0/8, 10.1.0.0/16, ::1"));

        // then
        assertEquals(1, allowing.resolve("127.0.0.1").size());
        assertEquals(1, allowing.resolve("[::1]").size());
        assertTrue(allowing.mayReach(InetAddress.ofLiteral("10.1.2.3")));
        assertFalse(allowing.mayReach(InetAddress.ofLiteral("10.2.2.3")));
    }

    @Test
    void judgesANameAnewEachTime() throws Exception {
        // given a name that leads to the public network when it is looked at, and to the machine itself afterwards
        String[] answers = {"8.8.8.8", "127.0.0.1"};
        int[] asked = {0};
        AddressGuard changing = new AddressGuard(
                Networks.NONE, _ -> new InetAddress[] {InetAddress.ofLiteral(answers[Math.min(asked[0]++, 1)])});

        // when
        changing.resolve("rebind.example");

        // then
        assertThrows(AddressRefusedException.class, () -> changing.resolve("rebind.example"));
    }

    @Test
    void leavesOutTheRefusedOfSeveralAddresses() throws Exception {
        // given
        AddressGuard mixed = new AddressGuard(
                Networks.NONE, _ -> new InetAddress[] {InetAddress.ofLiteral("169.254.169.254"), InetAddress.ofLiteral("8.8.8.8")});

        // then
        assertEquals(List.of(InetAddress.ofLiteral("8.8.8.8")), mixed.resolve("mixed.example"));
    }

    @Test
    void saysSoWhereThereIsNoSuchName() {
        // given
        AddressGuard nowhere = new AddressGuard(Networks.NONE, name -> {
            throw new UnknownHostException(name);
        });

        // then
        assertEquals(
                UnknownHostException.class,
                assertThrows(UnknownHostException.class, () -> nowhere.resolve("nowhere.example")).getClass());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://example.com/ | must begin with https:// or http://",
                "file:///etc/passwd | must begin with https:// or http://",
                "example.com/hook | must begin with https:// or http://",
                "https://user:secret@example.com/ | must not hold a user name or a password",
                "https:///hook | must name a host, as letters, digits and hyphens, and a port that there is",
                "https://exa_mple.com/ | must name a host, as letters, digits and hyphens, and a port that there is",
                "https://example.com:70000/ | must name a host, as letters, digits and hyphens, and a port that there is",
                "https://example.com/#part | must not have a fragment",
                "https://exam ple.com/ | must be a URL",
            })
    void saysWhatIsWrongWithAUrl(String url, String problem) {
        assertEquals(problem, AddressGuard.problem(url).orElse("nothing"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.com", "http://example.com:8443/a?b=c", "https://[2606:4700::1111]/x", "HTTPS://1.1.1.1/"})
    void hasNothingAgainstOrdinaryUrls(String url) {
        assertTrue(AddressGuard.problem(url).isEmpty());
    }
}
