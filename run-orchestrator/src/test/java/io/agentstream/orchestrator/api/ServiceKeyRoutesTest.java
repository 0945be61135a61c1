package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.ServiceKeys;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(TestPostgres.class)
final class ServiceKeyRoutesTest {

    private static final String KEYS = "/api/v1/service-keys";
    private static final String KEY = "sk-0123456789abcdef";

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

    private RunningApi.Answer put(String name, String key) throws Exception {
        return api.send("PUT", KEYS + "/" + name, "{\"key\":\"" + key + "\"}");
    }

    private List<String> names() throws Exception {
        return api.get(KEYS).get("/items").valueStream().map(each -> each.path("name").stringValue()).toList();
    }

    /// The key that a call would use.
    private Optional<Secret> stored(String name) {
        tenant.addRun(database, "running", Instant.now());
        return database.inTransaction(connection -> ServiceKeys.forCall(connection, tenant.organizationId(), name))
                .map(envelope -> ((Opened.Plain) api.cipher.open(envelope, Place.ofServiceKey(tenant.organizationId(), name))).secret());
    }

    @Test
    void keepsTheKeySealedAndShowsNameAndDatesOnly() throws Exception {
        // when
        RunningApi.Answer made = put("openai", KEY);

        // then
        assertEquals(200, made.status());
        assertEquals(List.of("created_at", "last_used_at", "name", "updated_at"), made.body().propertyNames().stream().sorted().toList());
        RunningApi.Answer listed = api.get(KEYS);
        assertEquals(made.body(), listed.get("/items/0"));
        assertFalse(made.http().body().contains("sk-") || listed.http().body().contains("sk-"));
        assertEquals(Optional.of(new Secret(KEY)), stored("openai"));
    }

    @Test
    void aSecondOneTakesThePlaceOfTheFirst() throws Exception {
        // given
        JsonNode first = put("openai", KEY).body();

        // when
        JsonNode second = put("openai", "sk-another").body();

        // then
        assertEquals(first.path("created_at"), second.path("created_at"));
        assertEquals(List.of("openai"), names());
        assertEquals(Optional.of(new Secret("sk-another")), stored("openai"));
        assertEquals("service_key.changed", api.get("/api/v1/audit-log").get("/items/0/action").stringValue());
    }

    @Test
    void nobodyGetsAKeyWhileNoCallIsUnderWay() throws Exception {
        put("openai", KEY);

        assertTrue(database.inTransaction(connection -> ServiceKeys.forCall(connection, tenant.organizationId(), "openai")).isEmpty());
        assertTrue(api.get(KEYS).get("/items/0/last_used_at").isNull());
    }

    @Test
    void saysWhenItWasAskedForLast() throws Exception {
        put("openai", KEY);

        stored("openai");

        assertFalse(api.get(KEYS).get("/items/0/last_used_at").isNull());
    }

    @Test
    void whatIsDeletedIsGone() throws Exception {
        put("openai", KEY);

        assertEquals(204, api.send("DELETE", KEYS + "/openai", null).status());

        assertEquals(404, api.send("DELETE", KEYS + "/openai", null).status());
        assertEquals(List.of(), names());
        assertEquals(Optional.empty(), stored("openai"));
    }

    @Test
    void anotherOrganisationSeesAndTouchesNothingOfIt() throws Exception {
        // given
        put("openai", KEY);
        SampleTenant other = SampleTenant.create(database);

        // when
        int deleted = api.sendAs(other.apiKey(), "DELETE", KEYS + "/openai", null).status();
        int listed = api.sendAs(other.apiKey(), "GET", KEYS, null).get("/items").size();
        api.sendAs(other.apiKey(), "PUT", KEYS + "/openai", "{\"key\":\"sk-others\"}");

        // then
        assertEquals(404, deleted);
        assertEquals(0, listed);
        assertEquals(Optional.of(new Secret(KEY)), stored("openai"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "openai | {} | key",
        "openai | {\"key\":\"\"} | key",
        "openai | {\"key\":\"a b\"} | key",
        "openai | {\"key\":7} | key",
        "openai | {\"key\":\"a\",\"name\":\"b\"} | name",
        "Open | {\"key\":\"a\"} | name",
        ".open | {\"key\":\"a\"} | name"
    })
    void saysWhatIsWrong(String name, String body, String field) throws Exception {
        RunningApi.Answer answer = api.send("PUT", KEYS + "/" + name, body);

        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @ParameterizedTest
    @ValueSource(ints = {ServiceKeyRoutes.MAX_KEYS})
    void thereAreOnlySoMany(int most) throws Exception {
        // given
        for (int n = 0; n < most; n++) {
            String name = "k" + n;
            database.inTransaction(connection -> ServiceKeys.put(
                    connection, tenant.organizationId(), name, api.cipher.seal(new Secret(KEY), Place.ofServiceKey(tenant.organizationId(), name))));
        }

        // when
        int more = put("more", KEY).status();
        int again = put("k7", KEY).status();

        // then
        assertEquals(409, more);
        assertEquals(200, again);
    }
}
