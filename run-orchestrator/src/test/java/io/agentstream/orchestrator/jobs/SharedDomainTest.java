package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.provider.SharedPace;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixClient;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixSessions;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.TelephonyConfigurations.StoredToken;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Cloudonix allows so many requests of a domain, not of a customer: organisations that use one domain together have its limit together.
/// Whoever only names it, with a token that opens nothing there, has none of it.
@ExtendWith(TestPostgres.class)
final class SharedDomainTest {

    private static final int LIMIT = 4;
    private static final String VALID = "token-that-is-valid-there-";
    private static final byte[] LIVE =
            "{\"token\":\"s1\",\"status\":\"connected\",\"endTime\":null}".getBytes(StandardCharsets.UTF_8);

    private final Database database;
    private final String domain = UUID.randomUUID() + ".example.com";
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean revoked;
    private HttpServer provider;
    private CloudonixClient client;
    private CloudonixSessions sessions;

    SharedDomainTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() throws IOException {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/", exchange -> {
            asked.incrementAndGet();
            boolean valid = !revoked && exchange.getRequestHeaders().getFirst("Authorization").startsWith("Bearer " + VALID);
            exchange.sendResponseHeaders(valid ? 200 : 401, valid ? LIVE.length : -1);
            if (valid) {
                exchange.getResponseBody().write(LIVE);
            }
            exchange.close();
        });
        provider.start();
        client = new CloudonixClient(
                CloudonixClient.Settings.of(URI.create("http://127.0.0.1:" + provider.getAddress().getPort()), LIMIT),
                new SharedPace(database, "cloudonix", LIMIT, Duration.ofMinutes(1)));
        sessions = new CloudonixSessions(client, Tenant.CIPHER, database);
    }

    @AfterEach
    void stop() {
        client.close();
        provider.stop(0);
    }

    private long account(String token) {
        long organization = SampleTenant.create(database).organizationId();
        return database.withConnection(c -> TelephonyConfigurations.create(
                        c, organization, "shared", "cloudonix", name(), stored(organization, token)))
                .id();
    }

    private DomainName name() {
        return DomainName.parse(domain).orElseThrow();
    }

    private StoredToken stored(long organization, String token) {
        return StoredToken.seal(
                Tenant.CIPHER, new Secret(token), new CredentialsCipher.Place(organization, "cloudonix", domain));
    }

    private Account found(long id) {
        return database.withConnection(c -> TelephonyConfigurations.findAccount(c, id)).orElseThrow();
    }

    private Verdicts.Session check(long id) {
        return sessions.check(found(id), "s1", System.nanoTime() + Duration.ofSeconds(2).toNanos()).verdict();
    }

    private int checkUntilThereIsNoTurn(long id) {
        int before = asked.get();
        while (true) {
            int last = asked.get();
            check(id);
            if (asked.get() == last) {
                return last - before;
            }
        }
    }

    @Test
    void organisationsWhoseTokensTheProviderConfirmsHaveTheDomainsLimitTogether() {
        // given
        long one = account(VALID + "1");
        long other = account(VALID + "2");
        assertEquals(Verdicts.Session.LIVE, check(one));
        assertEquals(Verdicts.Session.LIVE, check(other));

        // when
        int ofOne = checkUntilThereIsNoTurn(one);

        // then
        assertEquals(LIMIT, ofOne);
        assertEquals(0, checkUntilThereIsNoTurn(other));
        assertEquals(0, sessions.turns(found(other), 1).count());
    }

    @Test
    void whoOnlyNamesTheDomainTakesNoneOfItsTurns() {
        // given
        long owner = account(VALID + "1");
        check(owner);
        long stranger = account("token-that-opens-nothing");

        // when
        checkUntilThereIsNoTurn(stranger);

        // then
        assertFalse(found(stranger).confirmed());
        assertTrue(found(owner).confirmed());
        assertEquals(LIMIT, checkUntilThereIsNoTurn(owner));
    }

    @Test
    void whoseTokenTheProviderRefusesFromSomeDayOnHasNoneOfTheDomainsTurnsAnyMore() {
        // given
        long owner = account(VALID + "1");
        check(owner);
        long former = account(VALID + "2");
        check(former);

        // when
        revoked = true;
        assertEquals(Verdicts.Session.NOT_CONFIRMED, check(former));
        revoked = false;

        // then
        assertFalse(found(former).confirmed());
        assertTrue(found(owner).confirmed());
    }

    @Test
    void aTokenThatIsRefusedForAHangUpIsKnownNoLongerEither() {
        // given
        long former = account(VALID + "1");
        check(former);

        // when
        revoked = true;
        sessions.hangUp(found(former), "s1", System.nanoTime() + Duration.ofSeconds(2).toNanos());

        // then
        assertFalse(found(former).confirmed());
    }

    @Test
    void aTokenThatIsRefusedForATransferIsKnownNoLongerEither() {
        // given
        long former = account(VALID + "1");
        check(former);

        // when
        revoked = true;
        sessions.handOver(found(former), "s1", "+15550130", 20_000, System.nanoTime() + Duration.ofSeconds(10).toNanos());

        // then
        assertFalse(found(former).confirmed());
    }

    @Test
    void anotherTokenHasToBeConfirmedAnew() {
        // given
        long id = account(VALID + "1");
        check(id);
        assertTrue(found(id).confirmed());
        Account before = found(id);

        // when
        database.withConnection(
                c -> TelephonyConfigurations.setToken(c, id, stored(before.organizationId(), "token-that-opens-nothing")));

        // then
        assertFalse(found(id).confirmed());
        boolean late = database.withConnection(c -> TelephonyConfigurations.confirm(c, before));
        assertFalse(late, "an answer to the token before");
        assertFalse(found(id).confirmed());
    }
}
