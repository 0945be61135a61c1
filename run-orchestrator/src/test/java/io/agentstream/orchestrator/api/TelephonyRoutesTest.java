package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestPostgres.class)
final class TelephonyRoutesTest {
    private static final String CONFIGURATIONS = "/api/v1/telephony-configurations";
    private static final String TOKEN = "XI-0123456789abcdef";

    private SampleTenant tenant;
    private Database database;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    private RunningApi.Answer create(String domain, String token) throws Exception {
        return api.send(
                "POST",
                CONFIGURATIONS,
                "{\"name\":\"Acme\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"" + domain
                        + "\",\"bearer_token\":" + (token == null ? "null" : "\"" + token + "\"") + "}}");
    }

    private String created(String domain, String token) throws Exception {
        return CONFIGURATIONS + "/" + create(domain, token).get("/id").longValue();
    }

    /// The token that a call would use.
    private Optional<Secret> stored(String domain) {
        return database.withConnection(connection -> TelephonyConfigurations.findForCall(
                        connection,
                        tenant.organizationId(),
                        "cloudonix",
                        DomainName.parse(domain).orElseThrow()))
                .filter(account -> account.bearerToken() != null)
                .map(account -> ((Opened.Plain) api.cipher.open(account.bearerToken(), account.place())).secret());
    }

    @Test
    void keepsTheTokenSealedAndShowsItMasked() throws Exception {
        // when
        RunningApi.Answer made = create(" ACME. ", TOKEN);

        // then
        assertEquals(201, made.status());
        assertEquals(CONFIGURATIONS + "/" + made.get("/id").longValue(), made.header("Location"));
        assertEquals("acme.cloudonix.net", made.get("/credentials/domain_id").stringValue());
        assertEquals("********cdef", made.get("/credentials/bearer_token").stringValue());
        assertFalse(made.http().body().contains(TOKEN));
        assertEquals(Optional.of(new Secret(TOKEN)), stored("acme"));
        assertEquals(made.body(), api.get(made.header("Location")).body());
        assertEquals(made.body(), api.get(CONFIGURATIONS).get("/items/0"));
    }

    @ParameterizedTest
    @CsvSource({"short,********", "fifteen-chars-x,********", "sixteen-chars-xy,********s-xy"})
    void showsTheEndOfALongTokenOnly(String token, String shown) throws Exception {
        assertEquals(shown, create("a", token).get("/credentials/bearer_token").stringValue());
    }

    @Test
    void anOrganisationHasAsManyAsItMayAndNoMore() throws Exception {
        database.withConnection(c -> Sql.update(
                c,
                """
                insert into telephony_configurations (organization_id, name, provider, domain)
                select ?, 'x', 'cloudonix', 'x' || n || '.example' from generate_series(1, ?) n
                """,
                tenant.organizationId(), TelephonyRoutes.MAX_LIVE));

        assertEquals(409, create("one-more", TOKEN).status());
    }

    @Test
    void showsNullForNoToken() throws Exception {
        assertTrue(create("b", null).get("/credentials/bearer_token").isNull());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | name,provider,credentials",
                "{\"name\":\"a\",\"provider\":\"twilio\",\"credentials\":{}} | provider,credentials.domain_id",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":[]} | credentials",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"a b\"}} | credentials.domain_id",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"...\"}} | credentials.domain_id",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"a\",\"bearer_token\":\"a b\"}}"
                        + " | credentials.bearer_token",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"a\",\"bearer_token\":\"\"}}"
                        + " | credentials.bearer_token",
                "{\"name\":\"a\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"a\",\"password\":\"x\"},\"id\":1}"
                        + " | credentials.password,id",
            })
    void namesEveryBadField(String body, String fields) throws Exception {
        // when
        RunningApi.Answer answer = api.send("POST", CONFIGURATIONS, body);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(fields.split(",", -1)), answer.badFields());
    }

    @Test
    void hasOneConfigurationForADomain() throws Exception {
        // given
        String first = created("acme", TOKEN);
        String second = created("other", TOKEN);

        // then
        assertEquals(409, create("Acme.Cloudonix.Net.", TOKEN).status());
        assertEquals(
                409,
                api.send("PATCH", second, "{\"credentials\":{\"domain_id\":\"acme\",\"bearer_token\":\"x\"}}")
                        .status());
        assertEquals(204, api.send("DELETE", first, null).status());
        assertEquals(201, create("acme", TOKEN).status());
    }

    @Test
    void keepsTheTokenWhereNoneOrItsMaskIsSent() throws Exception {
        // given
        String configuration = created("acme", TOKEN);

        // when
        RunningApi.Answer named = api.send("PATCH", configuration, "{\"name\":\"New\"}");
        RunningApi.Answer masked = api.send(
                "PATCH",
                configuration,
                "{\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"acme\",\"bearer_token\":\"********cdef\"}}");

        // then
        assertEquals("New", named.get("/name").stringValue());
        assertEquals(200, masked.status());
        assertEquals(Optional.of(new Secret(TOKEN)), stored("acme"));
    }

    @Test
    void replacesAndRemovesTheToken() throws Exception {
        // given
        String configuration = created("acme", TOKEN);

        // when
        api.send("PATCH", configuration, "{\"credentials\":{\"bearer_token\":\"another-token-here\"}}");
        Optional<Secret> replaced = stored("acme");
        RunningApi.Answer removed = api.send("PATCH", configuration, "{\"credentials\":{\"bearer_token\":null}}");

        // then
        assertEquals(Optional.of(new Secret("another-token-here")), replaced);
        assertTrue(removed.get("/credentials/bearer_token").isNull());
        assertEquals(Optional.empty(), stored("acme"));
    }

    /// The token that a call is ended with that began when the configuration was of this domain.
    private Optional<Secret> storedThen(String configuration, String domain) {
        long id = Long.parseLong(configuration.substring(CONFIGURATIONS.length() + 1));
        return database.withConnection(connection -> TelephonyConfigurations.accountOfThen(connection, id, domain + ".cloudonix.net"))
                .filter(account -> account.bearerToken() != null)
                .map(account -> ((Opened.Plain) api.cipher.open(account.bearerToken(), account.place())).secret());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"credentials\":{\"bearer_token\":null}} | true",
        "{\"credentials\":{\"domain_id\":\"then-other\",\"bearer_token\":\"XI-another-token\"}} | true",
        "{\"credentials\":{\"domain_id\":\"then-other\",\"bearer_token\":null}} | true",
        "{\"credentials\":{\"bearer_token\":\"XI-another-token\"}} | false",
    })
    void callsThatAreUpAreEndedWithWhatTheConfigurationWas(String change, boolean kept) throws Exception {
        String configuration = created("then", TOKEN);

        RunningApi.Answer changed = api.send("PATCH", configuration, change);

        assertEquals(200, changed.status());
        assertEquals(Optional.of(new Secret(kept ? TOKEN : "XI-another-token")), storedThen(configuration, "then"));
        assertEquals(1, api.get(CONFIGURATIONS).get("/items").size(), "which is nobody's to see");
    }

    @Test
    void asksForTheTokenOfAnotherDomain() throws Exception {
        // given
        String configuration = created("acme", TOKEN);

        // when
        RunningApi.Answer without = api.send("PATCH", configuration, "{\"credentials\":{\"domain_id\":\"new\"}}");
        RunningApi.Answer with = api.send(
                "PATCH", configuration, "{\"credentials\":{\"domain_id\":\"new\",\"bearer_token\":\"the-token-of-new\"}}");

        // then
        assertEquals(List.of("credentials.bearer_token"), without.badFields());
        assertEquals(200, with.status());
        assertEquals(Optional.of(new Secret("the-token-of-new")), stored("new"));
    }

    @Test
    void doesNotChangeTheProvider() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", created("acme", TOKEN), "{\"provider\":\"twilio\"}");

        // then
        assertEquals(List.of("provider"), answer.badFields());
    }

    @Test
    void forgetsTheTokenOfADeletedConfiguration() throws Exception {
        // given
        String configuration = created("acme", TOKEN);

        // when
        int deleted = api.send("DELETE", configuration, null).status();

        // then
        assertEquals(204, deleted);
        assertEquals(404, api.get(configuration).status());
        assertEquals(404, api.send("DELETE", configuration, null).status());
        assertEquals(0, api.get(CONFIGURATIONS).get("/items").size());
        assertEquals(Optional.empty(), stored("acme"));
    }

    @Test
    void knowsNothingOfAnotherOrganisation() throws Exception {
        // given
        String mine = created("acme", TOKEN);
        try (RunningApi strange =
                new RunningApi(database, SampleTenant.create(database).apiKey())) {
            // then
            assertEquals(404, strange.get(mine).status());
            assertEquals(404, strange.send("PATCH", mine, "{\"name\":\"x\"}").status());
            assertEquals(404, strange.send("DELETE", mine, null).status());
            assertEquals(0, strange.get(CONFIGURATIONS).get("/items").size());
        }
        assertEquals(200, api.get(mine).status());
    }

    @ParameterizedTest
    @CsvSource({"0", "x", "-1", "1.5", "99999999999999999999"})
    void findsNothingUnderWhatIsNoId(String id) throws Exception {
        assertEquals(404, api.get(CONFIGURATIONS + "/" + id).status());
        assertEquals(404, api.send("PATCH", CONFIGURATIONS + "/" + id, "{}").status());
    }
}
