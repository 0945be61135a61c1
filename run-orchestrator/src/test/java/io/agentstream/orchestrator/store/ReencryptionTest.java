package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.orchestrator.store.Reencryption.Counts;
import io.agentstream.orchestrator.store.TelephonyConfigurations.StoredToken;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.DomainName;
import io.agentstream.schemas.SealKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// An installation's key is changed, in a database of its own.
@ExtendWith(TestPostgres.class)
final class ReencryptionTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final EmbeddedPostgres server;
    private final Secret oldKey = CredentialsCipher.generateKey(RANDOM);
    private final Secret newKey = CredentialsCipher.generateKey(RANDOM);
    private final SealKey oldWrapping = SealKey.generate(RANDOM);
    private final SealKey newWrapping = SealKey.generate(RANDOM);
    private Database database;
    private SampleTenant tenant;

    ReencryptionTest(EmbeddedPostgres server) {
        this.server = server;
    }

    @BeforeEach
    void make() throws Exception {
        String name = "reencryption" + DATABASES.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            Sql.update(connection, "create database " + name);
        }
        database = new Database(Database.Settings.of(server.getJdbcUrl("postgres", name), "postgres", new Secret("postgres")));
        database.migrate(Duration.ofSeconds(10));
        tenant = SampleTenant.create(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static CredentialsCipher cipher(Secret newest, Secret... older) {
        return CredentialsCipher.of(RANDOM, newest, older).orElseThrow();
    }

    private Place place(int n) {
        return new Place(tenant.organizationId(), "cloudonix", "d" + n + ".example");
    }

    private void addToken(CredentialsCipher cipher, int n) {
        database.inTransaction(c -> TelephonyConfigurations.create(
                c, tenant.organizationId(), "d" + n, "cloudonix", DomainName.parse("d" + n + ".example").orElseThrow(),
                StoredToken.seal(cipher, new Secret("token-number-" + n), place(n))));
    }

    private TelephonyConfigurations.Account account(int n) {
        return database.withConnection(c -> TelephonyConfigurations.findForCall(
                        c, tenant.organizationId(), "cloudonix", DomainName.parse("d" + n + ".example").orElseThrow()))
                .orElseThrow();
    }

    private long addWebhook(CredentialsCipher cipher) {
        return database.inTransaction(c -> {
            long id = Webhooks.create(c, tenant.organizationId(), "https://example.com/" + UUID.randomUUID(), List.of("run.ended")).id();
            Place place = Place.ofWebhook(tenant.organizationId(), id);
            Webhooks.setSecret(c, id, cipher.seal(new Secret("first"), place));
            Webhooks.rotate(c, id, cipher.seal(new Secret("second"), place), Duration.ofHours(1));
            return id;
        });
    }

    private CallKeys addRun(CallSecrets.Wrapping wrapping) {
        long run = tenant.addRun(database, "completed", MADE);
        return database.inTransaction(c -> {
            CallId call = new CallId(Sql.only(
                    c, "select call_id from runs where id = ?", row -> row.getObject(1, UUID.class), run));
            CallKeys keys = wrapping.wrap(call, MADE, wrapping.generate());
            RunKeys.insert(c, run, keys);
            return keys;
        });
    }

    @Test
    void everyTokenOpensWithTheNewKeyAloneAfterwards() {
        // given more than one batch of them, of which some are new, and one that nobody can open
        int tokens = Reencryption.BATCH + 5;
        for (int n = 0; n < tokens; n++) {
            addToken(cipher(n % 4 == 0 ? newKey : oldKey), n);
        }
        addToken(cipher(CredentialsCipher.generateKey(RANDOM)), tokens);
        int current = (tokens + 3) / 4;

        // when
        Reencryption rehearsal = new Reencryption(database, true);
        Counts wouldBe = rehearsal.tokens(cipher(newKey, oldKey));
        Counts were = new Reencryption(database, false).tokens(cipher(newKey, oldKey));
        Counts again = new Reencryption(database, false).tokens(cipher(newKey));

        // then
        assertEquals(new Counts(current, tokens - current, 1), wouldBe);
        assertEquals(wouldBe, were);
        assertEquals(new Counts(tokens, 0, 1), again);
        for (int n = 0; n < tokens; n++) {
            var account = account(n);
            Opened opened = cipher(newKey).open(account.bearerToken(), account.place());
            assertEquals("token-number-" + n, assertInstanceOf(Opened.Plain.class, opened).secret().reveal());
        }
    }

    @Test
    void whoseTokenTheProviderKnowsIsKnownToItAfterwardsAndNobodyElse() {
        // given
        addToken(cipher(oldKey), 1);
        addToken(cipher(oldKey), 2);
        database.withConnection(c -> TelephonyConfigurations.confirm(c, account(1)));

        // when
        new Reencryption(database, false).tokens(cipher(newKey, oldKey));

        // then
        assertTrue(account(1).confirmed());
        assertFalse(account(2).confirmed());
    }

    @Test
    void keysOfServicesOpenWithTheNewKeyAloneAfterwards() {
        // given
        Place place = Place.ofServiceKey(tenant.organizationId(), "openai");
        database.inTransaction(c -> ServiceKeys.put(
                c, tenant.organizationId(), "openai", cipher(oldKey).seal(new Secret("sk-1"), place)));
        tenant.addRun(database, "running", MADE);

        // when
        Counts counts = new Reencryption(database, false).serviceKeys(cipher(newKey, oldKey));

        // then
        assertEquals(new Counts(0, 1, 0), counts);
        Envelope stored = database.inTransaction(c -> ServiceKeys.forCall(c, tenant.organizationId(), "openai")).orElseThrow();
        assertEquals("sk-1", ((Opened.Plain) cipher(newKey).open(stored, place)).secret().reveal());
    }

    @Test
    void webhooksAreSignedAsBefore() {
        // given
        long id = addWebhook(cipher(oldKey));

        // when
        Counts counts = new Reencryption(database, false).webhookSecrets(cipher(newKey, oldKey));

        // then
        assertEquals(new Counts(0, 2, 0), counts);
        Webhooks.Secrets secrets = database.withConnection(c -> Webhooks.find(c, tenant.organizationId(), id)).orElseThrow().secrets();
        Place place = Place.ofWebhook(tenant.organizationId(), id);
        assertEquals("second", ((Opened.Plain) cipher(newKey).open(secrets.current(), place)).secret().reveal());
        assertEquals("first", ((Opened.Plain) cipher(newKey).open(secrets.previous(), place)).secret().reveal());
    }

    @Test
    void runsAreOpenedWithTheNewKeyAloneAndWhatIsDestroyedStaysSo() {
        // given
        CallSecrets.Wrapping old = new CallSecrets.Wrapping(List.of(oldWrapping));
        CallKeys first = addRun(old);
        CallKeys erased = addRun(old);
        database.withConnection(c -> Sql.update(
                c, "update run_keys set media = null where run_id = (select id from runs where call_id = ?)", erased.callId().value()));

        // when
        Counts counts = new Reencryption(database, false)
                .runKeys(new CallSecrets.Wrapping(List.of(newWrapping, oldWrapping)));

        // then
        assertEquals(new Counts(0, 2, 0), counts);
        CallSecrets.Wrapping alone = new CallSecrets.Wrapping(List.of(newWrapping));
        assertTrue(alone.unwrap(kept(first)).isPresent());
        assertEquals(first.at(), kept(first).at());
        assertEquals(null, alone.unwrap(kept(erased)).orElseThrow().media());
        assertTrue(alone.unwrap(kept(erased)).orElseThrow().words() != null);
    }

    private CallKeys kept(CallKeys of) {
        return database.withConnection(c -> RunKeys.find(c, of.callId())).orElseThrow();
    }
}
