package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(TestPostgres.class)
final class BootstrapTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CredentialsCipher cipher = CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM))
            .orElseThrow();
    private final Secret key = new ApiKeys(RANDOM).generate();
    private final String hash = HexFormat.of().formatHex(ApiKeys.hash(key));
    private final Bootstrap.Request request = new Bootstrap.Request(
            "Demo",
            UUID.randomUUID() + "@example.com",
            key,
            List.of(new Bootstrap.Account(
                    "Demo", DomainName.parse("demo").orElseThrow(), new Secret("demo-bearer-token"))),
            List.of(new Bootstrap.Agent("Echo", engine("echo"), JsonNodeFactory.instance.objectNode())));

    private static ObjectNode engine(String name) {
        return JsonNodeFactory.instance.objectNode().put("engine", name);
    }

    @Test
    void makesEverythingOnceHoweverOftenItIsAsked(Database database) {
        // given
        Bootstrap bootstrap = new Bootstrap(database, cipher);
        Bootstrap.Result first = bootstrap.ensure(request);

        // when
        Bootstrap.Result second = bootstrap.ensure(request);

        // then
        assertEquals(first, second);
        assertEquals(first.agents(), second.agents());
    }

    @Test
    void opensTheDoorForItsKeyAndKeepsNothingButTheHash(Database database) {
        // given
        Bootstrap.Result result = new Bootstrap(database, cipher).ensure(request);

        // when
        Users.Caller caller = database.withConnection(connection -> Users.authenticate(connection, List.of(hash)))
                .get(hash)
                .caller();

        // then
        assertEquals(
                new Users.Caller(result.userId(), result.organizationId(), caller.keyId(), Scope.ADMIN), caller);
    }

    @Test
    void leavesAKeyRevokedThatWas(Database database) {
        // given
        Bootstrap bootstrap = new Bootstrap(database, cipher);
        Bootstrap.Result result = bootstrap.ensure(request);
        database.withConnection(connection -> Sql.update(
                connection, "update api_keys set revoked_at = now() where key_hash = ?", ApiKeys.hash(key)));

        // when
        Bootstrap.Result again = bootstrap.ensure(request);

        // then
        assertEquals(result, again);
        assertTrue(database.withConnection(connection -> Users.authenticate(connection, List.of(hash)))
                .isEmpty());
    }

    @Test
    void tellsTheAuditLogOfAllThatItMakes(Database database) {
        // given
        Bootstrap.Result result = new Bootstrap(database, cipher).ensure(request);
        List<String> actions = new ArrayList<>();

        // when
        database.inTransaction(connection -> {
            AuditLog.list(connection, result.organizationId(), Long.MAX_VALUE, 100, entry -> actions.add(entry.action()));
            return true;
        });

        // then
        assertEquals(
                List.of(
                        "agent.created", "telephony_configuration.created", "api_key.created", "user.created",
                        "organization.created"),
                actions);
    }

    @Test
    void givesACallThePublishedAgentAndTheSealedToken(Database database) throws Exception {
        // given
        Bootstrap.Result result = new Bootstrap(database, cipher).ensure(request);
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(result.agents().get("Echo").toString().getBytes(StandardCharsets.US_ASCII)));

        // when
        Agents.Callable agent = database.withConnection(connection -> Agents.findForCall(connection, digest))
                .orElseThrow();
        TelephonyConfigurations.Account account = database.withConnection(connection ->
                        TelephonyConfigurations.findForCall(
                                connection,
                                agent.organizationId(),
                                Providers.CLOUDONIX,
                                DomainName.parse("DEMO.").orElseThrow()))
                .orElseThrow();

        // then
        assertEquals(1, agent.version());
        assertEquals(engine("echo"), agent.definition());
        assertEquals(
                new Secret("demo-bearer-token"),
                assertInstanceOf(
                                CredentialsCipher.Opened.Plain.class,
                                cipher.open(account.bearerToken(), account.place()))
                        .secret());
    }

    @Test
    void doesNotLendAKeyToAnotherUser(Database database) {
        // given
        Bootstrap bootstrap = new Bootstrap(database, cipher);
        bootstrap.ensure(request);
        Bootstrap.Request other =
                new Bootstrap.Request("Other", UUID.randomUUID() + "@example.com", key, List.of(), List.of());

        // when
        assertThrows(IllegalArgumentException.class, () -> bootstrap.ensure(other));

        // then
        assertTrue(database.withConnection(connection -> Users.findByEmail(connection, "Other", other.email()))
                .isEmpty());
    }

    @Test
    void aUserOfAnotherOrganisationWithTheSameAddressIsAnother(Database database) {
        // given somebody's organisation, of which the address is known
        long theirs = database.inTransaction(c -> {
            long organization = Organizations.create(c, "Acme", 10).id();
            Users.create(c, organization, request.email());
            return organization;
        });

        // when
        Bootstrap.Result result = new Bootstrap(database, cipher).ensure(request);

        // then
        int agents = database.withConnection(c -> Sql.only(
                c, "select count(*) from agents where organization_id = ?", row -> row.getInt(1), theirs));
        assertNotEquals(theirs, result.organizationId());
        assertEquals(0, agents);
    }

    @Test
    void printsNoSecret(Database database) {
        // given
        Bootstrap.Result result = new Bootstrap(database, cipher).ensure(request);

        // when
        String printed = request + " " + result;

        // then
        assertFalse(printed.contains(key.reveal()));
        assertFalse(printed.contains("demo-bearer-token"));
        assertFalse(printed.contains(result.agents().get("Echo").toString()));
    }
}
