package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.orchestrator.store.Webhooks;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class WebhookRoutesTest {
    private static final String WEBHOOKS = "/api/v1/webhooks";
    private static final String URL = "https://93.184.215.14/hook";

    private SampleTenant tenant;
    private Database database;
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    @AfterEach
    void stop() {
        database.withConnection(c -> Sql.update(
                c, "update webhooks set enabled = false where organization_id = ?", tenant.organizationId()));
        api.close();
    }

    private RunningApi.Answer create(String url) throws Exception {
        return api.send("POST", WEBHOOKS, "{\"url\":\"" + url + "\",\"events\":[\"run.ended\",\"run.started\"]}");
    }

    private String storedSecret(long id) {
        Webhooks.Webhook webhook =
                database.withConnection(c -> Webhooks.find(c, tenant.organizationId(), id)).orElseThrow();
        return ((Opened.Plain) api.cipher.open(webhook.secrets().current(), Place.ofWebhook(tenant.organizationId(), id)))
                .secret()
                .reveal();
    }

    @Test
    void showsTheSecretOnceAndKeepsItSealed() throws Exception {
        // when
        RunningApi.Answer made = create(URL);

        // then
        long id = made.get("/id").longValue();
        String secret = made.get("/secret").stringValue();
        assertEquals(201, made.status());
        assertTrue(secret.matches("whsec_[A-Za-z0-9+/]{43}="), secret);
        assertEquals(secret, storedSecret(id));
        assertFalse(api.get(WEBHOOKS + "/" + id).body().has("secret"));
        assertFalse(api.get(WEBHOOKS).get("/items/0").has("secret"));
        assertEquals(URL, api.get(WEBHOOKS).get("/items/0/url").stringValue());
        assertTrue(made.get("/enabled").booleanValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/",
                "https://[::1]/", "https://[fd00:ec2::254]/", "https://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
                "http://2130706433/", "https://user:pass@93.184.215.14/", "ftp://93.184.215.14/", "https://93.184.215.14/#a",
            })
    void refusesWhatMayNotBeReached(String url) throws Exception {
        // when
        RunningApi.Answer answer = create(url);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("url"), answer.badFields());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | url,events",
                "{\"url\":1,\"events\":[]} | url,events",
                "{\"url\":\"https://93.184.215.14/\",\"events\":[\"run.paused\"]} | events",
                "{\"url\":\"https://93.184.215.14/\",\"events\":\"run.ended\",\"secret\":\"x\"} | events,secret",
            })
    void namesEveryBadField(String body, String fields) throws Exception {
        assertEquals(List.of(fields.split(",", -1)), api.send("POST", WEBHOOKS, body).badFields());
    }

    @Test
    void rotatesTheSecretAndKeepsTheOldOneForADay() throws Exception {
        // given
        RunningApi.Answer made = create(URL);
        String path = made.header("Location");

        // when
        RunningApi.Answer rotated = api.send("PATCH", path, "{\"rotate_secret\":true}");

        // then
        String secret = rotated.get("/secret").stringValue();
        assertEquals(200, rotated.status());
        assertNotEquals(made.get("/secret").stringValue(), secret);
        assertEquals(secret, storedSecret(made.get("/id").longValue()));
        Instant until = Instant.parse(rotated.get("/previous_secret_until").stringValue());
        assertTrue(until.isAfter(Instant.now().plusSeconds(23 * 3_600)) && until.isBefore(Instant.now().plusSeconds(25 * 3_600)));
        assertFalse(api.get(path).body().has("secret"));
    }

    @Test
    void changesWhatDiffers() throws Exception {
        // given
        String path = create(URL).header("Location");
        String whole = api.get(path).http().body().replace("\"enabled\":true", "\"enabled\":false");

        // when
        RunningApi.Answer changed = api.send("PATCH", path, whole);

        // then
        assertEquals(200, changed.status());
        assertFalse(changed.get("/enabled").booleanValue());
        assertEquals(URL, changed.get("/url").stringValue());
        assertEquals(400, api.send("PATCH", path, "{\"url\":\"http://10.0.0.1/\"}").status());
    }

    @Test
    void listsDeliveriesAndSendsThemAgain() throws Exception {
        // given
        RunningApi.Answer made = create(URL);
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        database.inTransaction(c -> WebhookDeliveries.queue(c, tenant.organizationId(), run, "run.ended"));
        String deliveries = made.header("Location") + "/deliveries";
        database.withConnection(c -> Sql.update(
                c,
                "update webhook_deliveries set state = 'dead', next_at = null, done_at = now(), attempts = 12, last_status = 500"
                        + " where webhook_id = ?",
                made.get("/id").longValue()));
        long delivery = api.get(deliveries + "?state=dead").get("/items/0/id").longValue();

        // when
        RunningApi.Answer again = api.send("POST", WEBHOOKS + "/deliveries/" + delivery + "/resend", null);

        // then
        assertEquals(200, again.status());
        assertEquals("pending", again.get("/state").stringValue());
        assertEquals(0, api.get(deliveries + "?state=dead").get("/items").size());
        assertEquals(1, api.get(deliveries).get("/items").size());
        assertEquals(400, api.get(deliveries + "?state=lost").status());
    }

    @Test
    void isNobodyElsesBusiness() throws Exception {
        // given
        RunningApi.Answer made = create(URL);
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        database.inTransaction(c -> WebhookDeliveries.queue(c, tenant.organizationId(), run, "run.ended"));
        long delivery = api.get(made.header("Location") + "/deliveries").get("/items/0/id").longValue();
        SampleTenant other = SampleTenant.create(database);

        // then
        for (String request : List.of(
                "GET " + made.header("Location"), "DELETE " + made.header("Location"),
                "GET " + made.header("Location") + "/deliveries", "POST " + WEBHOOKS + "/deliveries/" + delivery + "/resend")) {
            String[] parts = request.split(" ", -1);
            assertEquals(404, api.sendAs(other.apiKey(), parts[0], parts[1], null).status(), request);
        }
        assertEquals(0, api.sendAs(other.apiKey(), "GET", WEBHOOKS, null).get("/items").size());
    }

    @Test
    void deletesWithWhatWaits() throws Exception {
        // given
        String path = create(URL).header("Location");

        // when
        RunningApi.Answer deleted = api.send("DELETE", path, null);

        // then
        assertEquals(204, deleted.status());
        assertEquals(404, api.get(path).status());
        assertEquals(404, api.send("DELETE", path, null).status());
        assertEquals(0, api.get(WEBHOOKS).get("/items").size());
    }

    @Test
    void hasABound() throws Exception {
        // given
        for (int i = 0; i < 20; i++) {
            create(URL);
        }

        // when
        RunningApi.Answer answer = create(URL);

        // then
        assertEquals(409, answer.status());
    }

    @Test
    void isInTheAuditLogWithoutItsSecrets() throws Exception {
        // given
        RunningApi.Answer made = create(URL + "?token=hidden");
        api.send("PATCH", made.header("Location"), "{\"rotate_secret\":true}");
        api.send("DELETE", made.header("Location"), null);

        // when
        RunningApi.Answer log = api.get("/api/v1/audit-log");

        // then
        assertEquals(
                List.of("webhook.deleted", "webhook.changed", "webhook.created"),
                log.get("/items").valueStream().map(entry -> entry.path("action").stringValue()).limit(3).toList());
        assertFalse(log.http().body().contains("hidden") || log.http().body().contains("whsec_"));
    }
}
