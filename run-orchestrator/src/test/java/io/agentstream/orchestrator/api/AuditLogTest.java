package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.runtime.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@ExtendWith(TestPostgres.class)
final class AuditLogTest {
    private static final String LOG = "/api/v1/audit-log";
    private static final String AGENTS = "/api/v1/agents";
    private static final String CONFIGURATIONS = "/api/v1/telephony-configurations";
    private static final String ORGANIZATIONS = "/api/v1/operator/organizations";
    private static final String TOKEN = "a-bearer-token-of-many-characters";
    private static final String PROMPT = "whisper-this-to-nobody";

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

    /// A request that changes something; `needs` makes what it is about, and says where that is.
    private record Request(Needs needs, String body, String action) {
        interface Needs {
            String path(AuditLogTest test) throws Exception;
        }

        static Request at(String path, String body, String action) {
            return new Request(_ -> path, body, action);
        }
    }

    private static final String DEFINITION = "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"" + PROMPT
            + "\",\"hang_up\":true}}}";

    private static final String WEBHOOKS = "/api/v1/webhooks";
    private static final String WEBHOOK = "{\"url\":\"https://93.184.215.14/" + TOKEN + "\",\"events\":[\"run.ended\"]}";

    /// One for each route that changes something. A new route has to have its line here, and so its entry in the log.
    private static Map<String, Request> requests() {
        Map<String, Request> requests = new LinkedHashMap<>();
        requests.put("PATCH /api/v1/organization", Request.at("/api/v1/organization", "{\"name\":\"New\"}", "organization.changed"));
        requests.put("POST /api/v1/users", Request.at("/api/v1/users", "{\"email\":\"new@example.com\"}", "user.created"));
        requests.put("POST /api/v1/api-keys", Request.at("/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"read\"}", "api_key.created"));
        requests.put("DELETE /api/v1/api-keys/{id}", new Request(
                test -> test.api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"read\"}").header("Location"),
                null, "api_key.revoked"));
        requests.put("POST /api/v1/agents", Request.at(
                AGENTS, "{\"name\":\"A\",\"definition\":{\"engine\":\"echo\"}}", "agent.created"));
        requests.put("PATCH /api/v1/agents/{uuid}", new Request(
                AuditLogTest::agent, "{\"template_context_variables\":{\"" + PROMPT + "\":\"" + PROMPT + "\"}}", "agent.changed"));
        requests.put("PUT /api/v1/agents/{uuid}/draft", new Request(
                test -> agent(test) + "/draft", "{\"definition\":{\"engine\":\"echo\"}}", "agent.changed"));
        requests.put("POST /api/v1/agents/{uuid}/publish", new Request(test -> {
            String agent = agent(test);
            test.api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");
            return agent + "/publish";
        }, null, "agent.published"));
        requests.put("DELETE /api/v1/agents/{uuid}/versions/{id}", new Request(test -> {
            String agent = test.api.send("POST", AGENTS, "{\"name\":\"Two\",\"definition\":{\"engine\":\"echo\"}}").header("Location");
            test.api.send("POST", agent + "/publish", null);
            test.api.send("PUT", agent + "/draft", "{\"definition\":{\"engine\":\"echo\"}}");
            test.api.send("POST", agent + "/publish", null);
            return agent + "/versions/1";
        }, null, "agent_version.deleted"));
        requests.put("DELETE /api/v1/agents/{uuid}", new Request(AuditLogTest::agent, null, "agent.archived"));
        requests.put("POST /api/v1/telephony-configurations", Request.at(
                CONFIGURATIONS, configuration("new"), "telephony_configuration.created"));
        requests.put("PATCH /api/v1/telephony-configurations/{id}", new Request(
                test -> test.api.send("POST", CONFIGURATIONS, configuration("changed")).header("Location"),
                "{\"credentials\":{\"bearer_token\":\"" + TOKEN + "2\"}}", "telephony_configuration.changed"));
        requests.put("DELETE /api/v1/telephony-configurations/{id}", new Request(
                test -> test.api.send("POST", CONFIGURATIONS, configuration("deleted")).header("Location"),
                null, "telephony_configuration.deleted"));
        requests.put("PUT /api/v1/service-keys/{name}", Request.at(
                "/api/v1/service-keys/openai", "{\"key\":\"" + TOKEN + "\"}", "service_key.created"));
        requests.put("DELETE /api/v1/service-keys/{name}", new Request(test -> {
            test.api.send("PUT", "/api/v1/service-keys/deepgram", "{\"key\":\"" + TOKEN + "\"}");
            return "/api/v1/service-keys/deepgram";
        }, null, "service_key.deleted"));
        requests.put("POST /api/v1/operator/organizations", Request.at(
                ORGANIZATIONS, "{\"name\":\"O\",\"owner_email\":\"o@example.com\"}", "api_key.created"));
        requests.put("PATCH /api/v1/operator/organizations/{id}", new Request(
                test -> ORGANIZATIONS + "/" + test.tenant.organizationId(), "{\"suspended\":true}", "organization.changed"));
        requests.put("PATCH /api/v1/operator/users/{id}", new Request(
                test -> "/api/v1/operator/users/" + test.tenant.userId(), "{\"billing\":\"prepaid\"}", "user.changed"));
        requests.put("POST /api/v1/operator/organizations/{id}/credits", new Request(
                test -> ORGANIZATIONS + "/" + test.tenant.organizationId() + "/credits",
                "{\"amount\":\"5\",\"reference\":\"r\"}", "credits.granted"));
        requests.put("POST /api/v1/operator/dead-letters/{id}/resend", new Request(
                AuditLogTest::deadLetter, null, "dead_letter.resent"));
        requests.put("POST /api/v1/erasures", Request.at(
                "/api/v1/erasures", "{\"caller_number\":\"+15550100\"}", "erasure.ordered"));
        requests.put("POST /api/v1/webhooks", Request.at(WEBHOOKS, WEBHOOK, "webhook.created"));
        requests.put("PATCH /api/v1/webhooks/{id}", new Request(
                AuditLogTest::webhook, "{\"rotate_secret\":true}", "webhook.changed"));
        requests.put("DELETE /api/v1/webhooks/{id}", new Request(AuditLogTest::webhook, null, "webhook.deleted"));
        requests.put("POST /api/v1/webhooks/deliveries/{id}/resend", new Request(
                AuditLogTest::resend, null, "webhook_delivery.resent"));
        return requests;
    }

    private static String deadLetter(AuditLogTest test) {
        long run = test.tenant.addRun(test.database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        long id = test.database.withConnection(c -> DeadLetterRoutesTest.dead(c, run));
        return "/api/v1/operator/dead-letters/" + id + "/resend";
    }

    private static String webhook(AuditLogTest test) throws Exception {
        return test.api.send("POST", WEBHOOKS, WEBHOOK).header("Location");
    }

    private static String resend(AuditLogTest test) throws Exception {
        String path = webhook(test);
        long run = test.tenant.addRun(test.database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        test.database.inTransaction(c -> WebhookDeliveries.queue(c, test.tenant.organizationId(), run, "run.ended"));
        long delivery = test.api.get(path + "/deliveries").get("/items/0/id").longValue();
        return WEBHOOKS + "/deliveries/" + delivery + "/resend";
    }

    private static String agent(AuditLogTest test) {
        return AGENTS + "/" + test.tenant.agentUuid();
    }

    private static String configuration(String domain) {
        return "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"" + domain
                + "\",\"bearer_token\":\"" + TOKEN + "\"}}";
    }

    private RunningApi.Answer send(String route, String path, String body) throws Exception {
        String method = route.substring(0, route.indexOf(' '));
        return route.contains("/operator/") ? api.send(method, path, body, "Authorization", "Bearer " + ApiSettings.OPERATOR_KEY.reveal(), "Idempotency-Key", "k") : api.send(method, path, body);
    }

    /// What an organisation's log says, newest first.
    private List<String> entries(long organization) {
        return database.withConnection(connection -> Sql.query(
                connection,
                "select action || ' by ' || actor from audit_log where organization_id = ? order by id desc",
                row -> row.getString(1),
                organization));
    }

    @Test
    void hasARequestHereForEveryRouteThatChangesSomething() {
        // when
        var changing = new TreeSet<>(api.routes().stream()
                .filter(route -> !route.method().equals("GET"))
                .map(route -> route.method() + " " + route.template())
                .toList());

        // then
        assertEquals(changing, new TreeSet<>(requests().keySet()));
    }

    @Test
    void hasAnEntryForEveryChange() throws Exception {
        for (Map.Entry<String, Request> request : requests().entrySet()) {
            // given
            String path = request.getValue().needs().path(this);
            int before = entries(tenant.organizationId()).size();

            // when
            RunningApi.Answer answer = send(request.getKey(), path, request.getValue().body());

            // then
            assertTrue(answer.status() < 300, request.getKey() + " " + answer.http().body());
            boolean isOwn = !request.getKey().equals("POST " + ORGANIZATIONS);
            List<String> entries = entries(isOwn ? tenant.organizationId() : answer.get("/id").longValue());
            assertTrue(entries.size() > (isOwn ? before : 0), request.getKey());
            String who = request.getKey().contains("/operator/") ? "operator" : "key";
            assertEquals(request.getValue().action() + " by " + who, entries.getFirst(), request.getKey());
            if (request.getKey().equals("DELETE /api/v1/agents/{uuid}")) {
                tenant = SampleTenant.create(database); // the next ones need an agent that is there
                api.close();
                api = new RunningApi(database, tenant.apiKey());
            }
        }
    }

    @Test
    void hasNoEntryForWhatWasRefusedOrChangesNothing() throws Exception {
        // given
        List<String> before = entries(tenant.organizationId());

        // when
        api.send("PATCH", "/api/v1/organization", "{}");
        api.send("PATCH", "/api/v1/organization", "{\"name\":\"Sample\"}");
        api.send("PATCH", "/api/v1/organization", "{\"name\":\"\"}");
        api.send("PATCH", agent(this), "{\"definition\":{\"engine\":\"none\"}}");
        api.send("POST", agent(this) + "/publish", null);
        api.send("DELETE", "/api/v1/api-keys/1", null);
        api.send("DELETE", "/api/v1/api-keys/" + api.get("/api/v1/api-keys").get("/items/0/id").longValue(), null);
        api.send("DELETE", CONFIGURATIONS + "/999999999", null);

        // then
        assertEquals(before, entries(tenant.organizationId()));
    }

    @Test
    void saysWhoDidWhatToWhatFromWhereAndWhatIsDifferent() throws Exception {
        // when
        api.send("PATCH", "/api/v1/organization", "{\"name\":\"New name\",\"retention\":{\"run_days\":9}}");

        // then
        JsonNode entry = api.get(LOG).get("/items/0");
        assertEquals("organization.changed", entry.path("action").stringValue());
        assertEquals("key", entry.at("/who/kind").stringValue());
        assertEquals(tenant.userId(), entry.at("/who/user_id").longValue());
        assertEquals(api.get("/api/v1/api-keys").get("/items/0/id"), entry.at("/who/api_key_id"));
        assertEquals("127.0.0.1", entry.path("address").stringValue());
        assertEquals("organization", entry.at("/thing/kind").stringValue());
        assertEquals(Long.toString(tenant.organizationId()), entry.at("/thing/id").stringValue());
        assertEquals("{\"name\":\"Sample\",\"run_days\":null}", sorted(entry.path("old")));
        assertEquals("{\"name\":\"New name\",\"run_days\":9}", sorted(entry.path("new")));
    }

    private static String sorted(JsonNode object) {
        List<String> fields = new ArrayList<>();
        object.properties().forEach(field -> fields.add("\"" + field.getKey() + "\":" + field.getValue()));
        return "{" + String.join(",", fields.stream().sorted().toList()) + "}";
    }

    @Test
    void holdsNoSecret() throws Exception {
        // given
        List<String> secrets = new ArrayList<>(List.of(TOKEN, PROMPT, tenant.apiKey().reveal(), tenant.agentUuid().toString()));
        secrets.add(api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"write\"}").get("/key").stringValue());
        secrets.add(api.operator("POST", ORGANIZATIONS, "{\"name\":\"O\",\"owner_email\":\"o@example.com\"}")
                .get("/api_key").stringValue());
        secrets.add(api.send("POST", AGENTS, "{\"name\":\"A\",\"definition\":" + DEFINITION + "}").get("/uuid").stringValue());
        for (Map.Entry<String, Request> request : requests().entrySet()) {
            if (!request.getKey().equals("DELETE /api/v1/agents/{uuid}")) {
                send(request.getKey(), request.getValue().needs().path(this), request.getValue().body());
            }
        }

        // when
        String whole = database.withConnection(connection -> Sql.only(
                connection, "select string_agg(a::text, ' ') from audit_log a", row -> row.getString(1)));
        String shown = api.get(LOG + "?limit=500").http().body();

        // then
        for (String secret : secrets) {
            assertFalse(secret.isEmpty());
            assertFalse(whole.contains(secret), secret);
            assertFalse(shown.contains(secret), secret);
        }
    }

    @Test
    void isTheOrganisationsOwnNewestFirstAndInPages() throws Exception {
        // given
        SampleTenant other = SampleTenant.create(database);
        api.sendAs(other.apiKey(), "PATCH", "/api/v1/organization", "{\"name\":\"Other\"}");
        for (int i = 0; i < 3; i++) {
            api.send("PATCH", "/api/v1/organization", "{\"name\":\"N" + i + "\"}");
        }
        List<String> names = new ArrayList<>();

        // when
        RunningApi.Answer page = api.get(LOG + "?limit=2");
        page.get("/items").forEach(entry -> names.add(entry.at("/new/name").stringValue()));
        RunningApi.Answer rest = api.get(LOG + "?limit=2&cursor=" + page.get("/next_cursor").stringValue());
        rest.get("/items").forEach(entry -> names.add(entry.at("/new/name").stringValue()));

        // then
        assertEquals(List.of("N2", "N1", "N0"), names);
        assertTrue(rest.get("/next_cursor").isNull());
    }

    @Test
    void tellsTheTenantWhatTheOperatorDid() throws Exception {
        // when
        api.operator("PATCH", ORGANIZATIONS + "/" + tenant.organizationId(), "{\"max_concurrent_calls\":3}");

        // then
        JsonNode entry = api.get(LOG).get("/items/0");
        assertEquals("operator", entry.at("/who/kind").stringValue());
        assertTrue(entry.at("/who/user_id").isNull());
        assertEquals("{\"max_concurrent_calls\":10}", entry.path("old").toString());
        assertEquals("{\"max_concurrent_calls\":3}", entry.path("new").toString());
    }

    @Test
    void isWrittenInTheTransactionOfTheChangeWhichIsNotMadeWithoutIt() throws Exception {
        for (Map.Entry<String, Request> request : requests().entrySet()) {
            if (request.getKey().equals("POST " + ORGANIZATIONS)) {
                continue; // nobody knows its number before
            }
            // given
            String path = request.getValue().needs().path(this);
            String before = everything();
            refuseEntries();

            // when
            RunningApi.Answer answer = send(request.getKey(), path, request.getValue().body());

            // then
            takeEntries();
            assertEquals(500, answer.status(), request.getKey());
            assertEquals(before, everything(), request.getKey());
        }
    }

    /// Nothing can be written into the log of this organisation.
    private void refuseEntries() {
        database.inTransaction(connection -> {
            Sql.update(connection, """
                    create function refuse_N() returns trigger language plpgsql as
                    $$ begin raise exception 'no entries here'; end $$
                    """.replace("N", number()));
            return Sql.update(connection, """
                    create trigger refuse_N before insert on audit_log for each row
                    when (new.organization_id = N) execute function refuse_N()
                    """.replace("N", number()));
        });
    }

    private void takeEntries() {
        database.inTransaction(
                connection -> Sql.update(connection, "drop function refuse_N cascade".replace("N", number())));
    }

    private String number() {
        return Long.toString(tenant.organizationId());
    }

    /// All that the organisation has, except when its keys were used.
    private String everything() {
        return database.withConnection(connection -> Sql.only(
                connection,
                """
                select concat_ws(' | ', o, string_agg(distinct u::text, ';'),
                                 string_agg(distinct (to_jsonb(k) - 'last_used_at')::text, ';'), string_agg(distinct a::text, ';'),
                                 string_agg(distinct v::text, ';'), string_agg(distinct t::text, ';'), string_agg(distinct s::text, ';'))
                  from organizations o
                  join users u on u.organization_id = o.id
                  join api_keys k on k.user_id = u.id
                  left join agents a on a.organization_id = o.id
                  left join agent_versions v on v.agent_id = a.id
                  left join telephony_configurations t on t.organization_id = o.id
                  left join service_keys s on s.organization_id = o.id
                 where o.id = ?
                 group by o.id
                """,
                row -> row.getString(1),
                tenant.organizationId()));
    }

    @Test
    void isForAdminsOnly() throws Exception {
        // given
        Secret writer = new Secret(api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"write\"}")
                .get("/key").stringValue());

        // then
        assertEquals(403, api.sendAs(writer, "GET", LOG, null).status());
    }
}
