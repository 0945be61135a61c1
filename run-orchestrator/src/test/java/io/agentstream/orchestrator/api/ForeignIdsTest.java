package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Whoever names something of another tenant's is answered as one who names something that there is not: on every route that takes an id,
/// byte for byte.
@ExtendWith(TestPostgres.class)
final class ForeignIdsTest {

    private static final String API = "/api/v1/";
    private static final String NOBODYS_UUID = "00000000-0000-4000-8000-000000000000";
    private static final String NOBODYS_ID = "999999999999";
    private static final String WRONG = "{\"no_such_field\":1}";

    /// What a tenant may send about a thing of its own.
    private static final Map<String, String> BODIES = Map.of(
            "PATCH /api/v1/agents/{uuid}", "{\"name\":\"x\"}",
            "PUT /api/v1/agents/{uuid}/draft", "{\"definition\":{\"engine\":\"echo\"}}",
            "PATCH /api/v1/telephony-configurations/{id}", "{\"name\":\"x\"}",
            "PATCH /api/v1/webhooks/{id}", "{\"rotate_secret\":true}");

    private SampleTenant other;
    @AutoClose
    private RunningApi api;

    /// By the beginning of a route's template, what the other tenant has there.
    private final Map<String, String> theirs = new LinkedHashMap<>();

    @BeforeEach
    void start(Database database) throws Exception {
        other = SampleTenant.create(database);
        api = new RunningApi(database, SampleTenant.create(database).apiKey());
        long run = other.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        String webhook = made("webhooks", "{\"url\":\"https://93.184.215.14/hook\",\"events\":[\"run.ended\"]}");
        database.inTransaction(c -> WebhookDeliveries.queue(c, other.organizationId(), run, "run.ended"));
        theirs.put(API + "users/{id}", Long.toString(other.userId()));
        theirs.put(API + "api-keys/{id}", made("api-keys", "{\"name\":\"k\",\"scope\":\"read\"}"));
        theirs.put(API + "agents/{uuid}", other.agentUuid().toString());
        theirs.put(API + "telephony-configurations/{id}", made(
                "telephony-configurations",
                "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"theirs.example.com\",\"bearer_token\":\"0123456789\"}}"));
        theirs.put(API + "runs/{id}", Long.toString(run));
        theirs.put(API + "erasures/{id}", made("erasures", "{\"run_id\":" + run + "}"));
        theirs.put(API + "webhooks/{id}", webhook);
        theirs.put(API + "webhooks/deliveries/{id}", Long.toString(
                api.sendAs(other.apiKey(), "GET", API + "webhooks/" + webhook + "/deliveries", null).get("/items/0/id").longValue()));
    }

    private String made(String what, String body) throws Exception {
        RunningApi.Answer answer = api.sendAs(other.apiKey(), "POST", API + what, body);
        assertTrue(answer.status() < 300, what + " " + answer.http().body());
        String place = answer.header("Location");
        return place.substring(place.lastIndexOf('/') + 1);
    }

    private static String path(Route route, String id) {
        return route.template().replaceFirst("\\{[a-z]+}", id).replaceAll("\\{[a-z]+}", "1");
    }

    private static String name(Route route) {
        return route.method() + " " + route.template();
    }

    /// All that can be seen of an answer, without the id that was sent, and when.
    private static String seen(RunningApi.Answer answer, String id) {
        Map<String, List<String>> headers = new TreeMap<>(answer.http().headers().map());
        headers.keySet().removeIf(header -> header.toLowerCase(Locale.ROOT).equals("date") || header.toLowerCase(Locale.ROOT).equals("content-length"));
        return (answer.status() + " " + headers + " " + answer.http().body()).replace(id, "ID");
    }

    private static List<String> bodies(Route route) {
        List<String> bodies = new ArrayList<>();
        if (route.takesBody()) {
            bodies.add(BODIES.getOrDefault(name(route), "{}"));
            bodies.add(WRONG);
        } else {
            bodies.add(null);
        }
        return bodies;
    }

    private List<Route> takingIds() {
        return api.routes().stream()
                .filter(route -> route.access() != Access.OPERATOR)
                .filter(route -> route.template().contains("{") && !route.template().contains("{name}"))
                .toList();
    }

    private String theirs(Route route) {
        return theirs.entrySet().stream()
                .filter(each -> route.template().startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("say here what another tenant has at " + name(route)));
    }

    @Test
    void noRouteTellsWhatAnotherTenantHasFromWhatThereIsNot() throws Exception {
        for (Route route : takingIds()) {
            String id = theirs(route);
            String nobodys = route.template().contains("{uuid}") ? NOBODYS_UUID : NOBODYS_ID;
            for (String body : bodies(route)) {
                // when
                RunningApi.Answer foreign = api.send(route.method(), path(route, id), body);
                RunningApi.Answer none = api.send(route.method(), path(route, nobodys), body);

                // then
                assertEquals(seen(none, nobodys), seen(foreign, id), name(route) + " " + body);
                if (!WRONG.equals(body)) {
                    assertEquals(404, foreign.status(), name(route));
                }
            }
        }
    }

    /// Else the test above compares nothing with nothing.
    @Test
    void whoseTheyAreFindsThem() throws Exception {
        for (Route route : takingIds()) {
            if (route.method().equals("GET") && theirs.containsKey(route.template())) {
                assertEquals(200, api.sendAs(other.apiKey(), "GET", path(route, theirs(route)), null).status(), name(route));
            }
        }
    }

    @Test
    void idsInBodiesAndQueriesTellNoMore() throws Exception {
        String run = theirs.get(API + "runs/{id}");
        String user = theirs.get(API + "users/{id}");
        String agent = theirs.get(API + "agents/{uuid}");

        assertSame(404, "POST", API + "erasures", "{\"run_id\":%s}", run, NOBODYS_ID);
        assertSame(400, "POST", API + "api-keys", "{\"name\":\"k\",\"scope\":\"read\",\"user_id\":%s}", user, NOBODYS_ID);
        assertSame(200, "GET", API + "runs?agent=%s", null, agent, NOBODYS_UUID);
    }

    private void assertSame(int status, String method, String path, String body, String id, String nobodys) throws Exception {
        RunningApi.Answer foreign = api.send(method, path.formatted(id), body == null ? null : body.formatted(id));
        RunningApi.Answer none = api.send(method, path.formatted(nobodys), body == null ? null : body.formatted(nobodys));
        assertEquals(seen(none, nobodys), seen(foreign, id), method + " " + path);
        assertEquals(status, foreign.status(), method + " " + path);
    }

    @Test
    void aNameThatAnotherTenantHasGivenIsFreeHere() throws Exception {
        api.sendAs(other.apiKey(), "PUT", API + "service-keys/openai", "{\"key\":\"0123456789abcdef\"}");
        api.sendAs(other.apiKey(), "POST", API + "users", "{\"email\":\"shared@example.com\"}");

        assertEquals(
                seen(api.send("DELETE", API + "service-keys/deepgram", null), "deepgram"),
                seen(api.send("DELETE", API + "service-keys/openai", null), "openai"));
        assertEquals(201, api.send("POST", API + "users", "{\"email\":\"shared@example.com\"}").status());
        assertEquals(
                201,
                api.send(
                                "POST", API + "telephony-configurations",
                                "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"theirs.example.com\",\"bearer_token\":\"0123456789\"}}")
                        .status());
    }
}
