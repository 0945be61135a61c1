package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.outbound.AddressGuard;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

@ExtendWith(TestPostgres.class)
final class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private static final String OPERATED = "/api/v1/operator/organizations";

    private Database database;
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;
    private JsonNode document;

    @BeforeEach
    void start(Database database) throws Exception {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
        try (InputStream yaml = Api.class.getResourceAsStream("openapi.yaml")) {
            document = new YAMLMapper().readTree(yaml);
        }
    }

    private List<Route> routes() {
        try (Metrics metrics = new Metrics("openapi");
                Api plain = new Api(ApiSettings.onePool(database), api.cipher, new AddressGuard(Networks.NONE), ApiSettings.of("ws://x"), metrics)) {
            return plain.routes();
        }
    }

    private JsonNode operation(Route route) {
        return document.path("paths").path(route.template()).path(route.method().toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void isServedToEverybody() throws Exception {
        // when
        RunningApi.Answer answer = api.send(api.request("GET", "/openapi.yaml", null));

        // then
        assertEquals(200, answer.status());
        assertEquals("application/yaml", answer.header("Content-Type"));
        assertEquals(document, new YAMLMapper().readTree(answer.http().body()));
    }

    @Test
    void describesExactlyTheRoutes() {
        // given
        Set<String> described = new TreeSet<>();
        document.path("paths").forEachEntry((path, item) -> item.propertyNames().stream()
                .filter(METHODS::contains)
                .forEach(method -> described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));

        // when
        Set<String> routed = routes().stream()
                .map(route -> route.method() + " " + route.template())
                .collect(Collectors.toCollection(TreeSet::new));
        routed.add("GET " + Api.OPENAPI_PATH);

        // then
        assertEquals(routed, described);
    }

    @Test
    void describesABodyExactlyWhereARouteTakesOne() {
        for (Route route : routes()) {
            assertEquals(
                    route.takesBody(),
                    operation(route).has("requestBody"),
                    route.method() + " " + route.template());
        }
    }

    @Test
    void saysWhichRoutesTakeTheOperatorsKeyAndWhereAScopeMayNotReach() {
        for (Route route : routes()) {
            String security = operation(route).path("security").toString();
            String what = route.method() + " " + route.template();
            assertEquals(route.access() == Access.OPERATOR, security.contains("operatorKey"), what);
            assertEquals(
                    route.access() == Access.WRITE || route.access() == Access.ADMIN,
                    operation(route).path("responses").has("403"),
                    what);
        }
    }

    @Test
    void namesEveryPathParameter() {
        for (Route route : routes()) {
            // given
            List<String> named = route.segments().stream()
                    .filter(segment -> segment.startsWith("{"))
                    .map(segment -> "#/components/parameters/" + segment.substring(1, segment.length() - 1))
                    .toList();

            // when
            List<String> described = StreamSupport.stream(
                            document.path("paths").path(route.template()).path("parameters").spliterator(), false)
                    .map(parameter -> parameter.path("$ref").stringValue())
                    .toList();

            // then
            assertEquals(named, described, route.template());
        }
    }

    @Test
    void hasNoReferenceIntoNothing() {
        // given
        List<String> references = new ArrayList<>();
        collect(document, references);

        // then
        assertTrue(references.size() > 50);
        for (String reference : references) {
            assertTrue(document.at(reference.substring(1)).isObject(), reference);
        }
    }

    @Test
    void describesTheFieldsThatAreAnswered() throws Exception {
        // given
        long run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));

        // then
        describes("Organization", api.get("/api/v1/organization").body());
        describes("User", api.get("/api/v1/users/me").body());
        describes("ApiKey", api.get("/api/v1/api-keys").get("/items/0"));
        describes("NewApiKey", api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"read\"}").body());
        describes("Change", api.get("/api/v1/audit-log").get("/items/0"));
        describes("OperatedOrganization", api.operator("GET", OPERATED, null).get("/items/0"));
        describes(
                "NewOrganization",
                api.operator("POST", OPERATED, "{\"name\":\"N\",\"owner_email\":\"o@example.com\"}").body());
        describes("Agent", api.get("/api/v1/agents").get("/items/0"));
        describes("Version", api.get("/api/v1/agents/" + tenant.agentUuid() + "/versions").get("/items/0"));
        describes("Run", api.get("/api/v1/runs/" + run).body());
        describes("Problem", api.get("/api/v1/runs/0").body());
        describes(
                "TelephonyConfiguration",
                api.send(
                                "POST",
                                "/api/v1/telephony-configurations",
                                "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"x\"}}")
                        .body());
    }

    private void describes(String schema, JsonNode answered) {
        JsonNode described = document.path("components").path("schemas").path(schema);
        assertEquals(
                new TreeSet<>(described.path("properties").propertyNames()),
                new TreeSet<>(answered.propertyNames()),
                schema);
        assertEquals(described.path("properties").size(), described.path("required").size(), schema);
    }

    private static void collect(JsonNode node, List<String> references) {
        if (node.path("$ref").isString()) {
            references.add(node.path("$ref").stringValue());
        }
        node.forEach(child -> collect(child, references));
    }
}
