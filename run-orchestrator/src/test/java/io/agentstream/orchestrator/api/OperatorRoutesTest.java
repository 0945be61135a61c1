package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(TestPostgres.class)
final class OperatorRoutesTest {
    private static final String ORGANIZATIONS = "/api/v1/operator/organizations";

    private Database database;
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    private String organization() {
        return ORGANIZATIONS + "/" + tenant.organizationId();
    }

    @Test
    void makesATenantWhoseOwnerCanBeginAtOnce() throws Exception {
        // when
        RunningApi.Answer made = api.operator(
                "POST",
                ORGANIZATIONS,
                "{\"name\":\"Acme\",\"owner_email\":\"owner@acme.example\",\"max_concurrent_calls\":25,"
                        + "\"price_per_minute\":\"0.07\",\"admissions_per_second\":5}");

        // then
        assertEquals(201, made.status(), made.http().body());
        assertEquals(ORGANIZATIONS + "/" + made.get("/id").longValue(), made.header("Location"));
        assertEquals("owner@acme.example", made.get("/owner/email").stringValue());
        Secret key = new Secret(made.get("/api_key").stringValue());
        RunningApi.Answer seen = api.sendAs(key, "GET", "/api/v1/organization", null);
        assertEquals(made.get("/id"), seen.get("/id"));
        assertEquals(25, seen.get("/max_concurrent_calls").intValue());
        assertEquals(5, seen.get("/admissions_per_second").intValue());
        assertEquals("0.07", seen.get("/price_per_minute").stringValue());
        assertEquals(201, api.sendAs(
                        key, "POST", "/api/v1/agents", "{\"name\":\"A\",\"definition\":{\"engine\":\"echo\"}}")
                .status());
        assertEquals("admin", api.sendAs(key, "GET", "/api/v1/api-keys", null).get("/items/0/scope").stringValue());
    }

    @Test
    void givesATenantWhatTheInstallationGivesEachWhereNothingIsSaid() throws Exception {
        // when
        RunningApi.Answer made = api.operator(
                "POST", ORGANIZATIONS, "{\"name\":\"Acme\",\"owner_email\":\"owner@acme.example\"}");

        // then
        assertEquals(10, made.get("/max_concurrent_calls").intValue());
        assertTrue(made.get("/price_per_minute").isNull());
        assertTrue(made.get("/admissions_per_second").isNull());
        assertFalse(made.get("/suspended").booleanValue());
    }

    @Test
    void changesLimitsAndNothingElseAndTheNullsBringTheInstallationsBack() throws Exception {
        // given
        api.operator("PATCH", organization(), "{\"price_per_minute\":\"0.05\",\"admissions_per_second\":7}");

        // when
        RunningApi.Answer answer = api.operator(
                "PATCH", organization(), "{\"price_per_minute\":null,\"max_concurrent_calls\":0,\"suspended\":true}");

        // then
        assertEquals(200, answer.status());
        assertTrue(answer.get("/price_per_minute").isNull());
        assertEquals(7, answer.get("/admissions_per_second").intValue());
        assertEquals(0, answer.get("/max_concurrent_calls").intValue());
        assertTrue(answer.get("/suspended").booleanValue());
        assertEquals(answer.body(), api.operator("GET", organization(), null).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"3\"", "1.5", "-1", "1000001", "99999999999999999999", "true", "[]"})
    void refusesALimitThatIsNone(String limit) throws Exception {
        assertEquals(
                List.of("max_concurrent_calls"),
                api.operator("PATCH", organization(), "{\"max_concurrent_calls\":" + limit + "}").badFields());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"price_per_minute\":\"1000000.0001\"} | price_per_minute",
                "{\"price_per_minute\":\"-1\"} | price_per_minute",
                "{\"price_per_minute\":0.1} | price_per_minute",
                "{\"admissions_per_second\":0} | admissions_per_second",
                "{\"suspended\":\"yes\"} | suspended",
                "{\"suspended\":null} | suspended",
                "{\"name\":\"Other\"} | name",
                "{\"retention\":{\"run_days\":1}} | retention",
                "{\"credits\":\"5\"} | credits",
            })
    void saysWhatIsWrong(String body, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.operator("PATCH", organization(), body);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @Test
    void takesAWholeOrganisationBackUnchanged() throws Exception {
        // given
        ObjectNode whole = (ObjectNode) api.operator("GET", organization(), null).body();

        // when
        RunningApi.Answer answer = api.operator("PATCH", organization(), whole.put("suspended", true).toString());

        // then
        assertEquals(200, answer.status(), answer.http().body());
        assertTrue(answer.get("/suspended").booleanValue());
    }

    @Test
    void listsAllTenantsPageByPage() throws Exception {
        // given
        for (int i = 0; i < 3; i++) {
            api.operator("POST", ORGANIZATIONS, "{\"name\":\"N" + i + "\",\"owner_email\":\"o@example.com\"}");
        }
        List<String> names = new ArrayList<>();

        // when
        String next = "";
        while (names.size() < 4) {
            RunningApi.Answer page = api.operator("GET", ORGANIZATIONS + "?limit=1" + next, null);
            names.add(page.get("/items/0/name").stringValue());
            next = "&cursor=" + page.get("/next_cursor").stringValue();
        }

        // then
        assertEquals(List.of("N2", "N1", "N0"), names.subList(0, 3));
    }

    @Test
    void knowsNoTenantThatThereIsNot() throws Exception {
        assertEquals(404, api.operator("GET", ORGANIZATIONS + "/999999999", null).status());
        assertEquals(404, api.operator("PATCH", ORGANIZATIONS + "/999999999", "{}").status());
        assertEquals(404, api.operator("GET", ORGANIZATIONS + "/x", null).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator-of-the-tests-012345678", "operator-of-the-tests-01234567890", "", "x"})
    void opensForNoOtherKey(String key) throws Exception {
        assertEquals(401, api.sendAs(new Secret(key), "GET", ORGANIZATIONS, null).status());
        assertEquals(401, api.get(ORGANIZATIONS).status());
    }

    @Test
    void isNotThereForAnybodyWhereTheInstallationHasNoKey() throws Exception {
        // given
        Api.Settings with = ApiSettings.of("ws://x");
        Api.Settings without = new Api.Settings(
                with.gatewayUrl(), null, with.pricePerMinute(), with.trustedProxies(), 1_000, with.rates(), with.patience());
        try (RunningApi plain = new RunningApi(database, tenant.apiKey(), without)) {
            for (String path : List.of(ORGANIZATIONS, organization())) {
                // then
                assertEquals(404, plain.operator("GET", path, null).status());
                assertEquals(404, plain.get(path).status());
                assertEquals(404, plain.send(plain.request("GET", path, null)).status());
                assertEquals(404, plain.send("OPTIONS", path, null).status());
            }
        }
    }
}
