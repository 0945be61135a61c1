package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class MoneyRoutesTest {
    private static final String FIVE = "{\"amount\":\"5.00\",\"reference\":\"invoice 17\"}";

    private Database database;
    private SampleTenant tenant;
    private RunningApi api;

    @BeforeEach
    void start(Database given) {
        database = given;
        tenant = SampleTenant.create(given);
        api = new RunningApi(given, tenant.apiKey());
    }

    @AfterEach
    void stop() {
        api.close();
        assertEquals(
                List.of(), database.withConnection(c -> Ledger.disagreements(c, tenant.organizationId())));
    }

    private RunningApi.Answer grant(String key, String body) throws Exception {
        return api.send(
                "POST", "/api/v1/operator/organizations/" + tenant.organizationId() + "/credits", body,
                "Authorization", "Bearer " + ApiSettings.OPERATOR_KEY.reveal(), "Idempotency-Key", key);
    }

    private RunningApi.Answer billing(String how) throws Exception {
        return api.operator(
                "PATCH", "/api/v1/operator/users/" + tenant.userId(), "{\"billing\":\"" + how + "\"}");
    }

    @Test
    void theFirstGrantMakesAUserPrepaid() throws Exception {
        RunningApi.Answer made = grant("a", FIVE);

        assertEquals(201, made.status(), made.http().body());
        assertEquals("grant", made.get("/kind").stringValue());
        assertEquals("5.00", made.get("/amount").stringValue());
        assertEquals("5.00", made.get("/balance").stringValue());
        assertEquals("invoice 17", made.get("/reference").stringValue());
        assertTrue(made.get("/run_id").isNull());
        assertEquals("5.00", api.get("/api/v1/users/me").get("/credits").stringValue());
        assertEquals(made.body(), api.get("/api/v1/ledger").get("/items/0"));
        assertEquals("credits.granted", api.get("/api/v1/audit-log").get("/items/0/action").stringValue());
    }

    @Test
    void theSameKeyAnswersWithTheSameEntry() throws Exception {
        RunningApi.Answer first = grant("a", FIVE);

        RunningApi.Answer again = grant("a", FIVE);
        RunningApi.Answer other = grant("a", "{\"amount\":\"6\",\"reference\":\"invoice 17\"}");

        assertEquals(201, again.status());
        assertEquals(first.body(), again.body());
        assertEquals(409, other.status());
        assertEquals(1, api.get("/api/v1/ledger").get("/items").size());
    }

    @Test
    void aKeyIsTheOrganisationsOwn() throws Exception {
        grant("a", FIVE);
        SampleTenant second = SampleTenant.create(database);

        RunningApi.Answer made = api.send(
                "POST", "/api/v1/operator/organizations/" + second.organizationId() + "/credits", FIVE,
                "Authorization", "Bearer " + ApiSettings.OPERATOR_KEY.reveal(), "Idempotency-Key", "a");

        assertEquals(second.userId(), made.get("/user_id").longValue());
        assertEquals(1, api.get("/api/v1/ledger").get("/items").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"amount\":\"0\",\"reference\":\"x\"} | amount",
        "{\"amount\":\"-5\",\"reference\":\"x\"} | amount",
        "{\"amount\":5,\"reference\":\"x\"} | amount",
        "{\"amount\":\"0.00001\",\"reference\":\"x\"} | amount",
        "{\"amount\":\"1000000001\",\"reference\":\"x\"} | amount",
        "{\"amount\":null,\"reference\":\"x\"} | amount",
        "{\"reference\":\"x\"} | amount",
        "{\"amount\":\"5\"} | reference",
        "{\"amount\":\"5\",\"reference\":\"x\",\"user_id\":999999999} | user_id",
    })
    void refusesWhatIsNoGrant(String body, String field) throws Exception {
        RunningApi.Answer answer = grant("a", body);

        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
        assertEquals(0, api.get("/api/v1/ledger").get("/items").size());
    }

    @Test
    void movesNoMoneyWithoutAKey() throws Exception {
        RunningApi.Answer answer = api.operator(
                "POST", "/api/v1/operator/organizations/" + tenant.organizationId() + "/credits", FIVE);

        assertEquals(400, answer.status());
        assertEquals(List.of("Idempotency-Key"), answer.badFields());
    }

    @Test
    void noTenantGrantsItself() throws Exception {
        RunningApi.Answer answer = api.send(
                "POST", "/api/v1/operator/organizations/" + tenant.organizationId() + "/credits", FIVE,
                "Idempotency-Key", "a");

        assertEquals(401, answer.status());
        assertTrue(api.get("/api/v1/users/me").get("/credits").isNull());
    }

    @Test
    void theOperatorSaysHowAUserPays() throws Exception {
        RunningApi.Answer prepaid = billing("prepaid");
        grant("a", FIVE);
        RunningApi.Answer unlimited = billing("unlimited");
        RunningApi.Answer again = billing("prepaid");

        assertEquals("0.00", prepaid.get("/credits").stringValue());
        assertEquals("prepaid", prepaid.get("/billing").stringValue());
        assertTrue(unlimited.get("/credits").isNull());
        assertEquals("5.00", again.get("/credits").stringValue());
        assertEquals("user.changed", api.get("/api/v1/audit-log").get("/items/0/action").stringValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"free", ""})
    void refusesOtherWaysToPay(String how) throws Exception {
        assertEquals(List.of("billing"), billing(how).badFields());
    }

    @Test
    void theLedgerComesInPagesNewestFirst() throws Exception {
        for (int i = 0; i < 3; i++) {
            grant("key-" + i, FIVE);
        }

        RunningApi.Answer page = api.get("/api/v1/ledger?limit=2");
        RunningApi.Answer rest = api.get("/api/v1/ledger?limit=2&cursor=" + page.get("/next_cursor").stringValue());

        assertEquals("15.00", page.get("/items/0/balance").stringValue());
        assertEquals(2, page.get("/items").size());
        assertEquals("5.00", rest.get("/items/0/balance").stringValue());
        assertTrue(rest.get("/next_cursor").isNull());
    }
}
