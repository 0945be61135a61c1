package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a key may do, on every route that there is.
@ExtendWith(TestPostgres.class)
final class ScopesTest {
    @AutoClose
    private RunningApi api;
    private final Map<Scope, Secret> keys = new EnumMap<>(Scope.class);

    @BeforeEach
    void start(Database database) throws Exception {
        SampleTenant tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
        for (Scope scope : Scope.values()) {
            RunningApi.Answer made =
                    api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"" + scope.text() + "\"}");
            keys.put(scope, new Secret(made.get("/key").stringValue()));
        }
    }

    /// Of nothing that there is: what is let in is answered 404 or 400, and changes nothing.
    private static String path(Route route) {
        return route.template()
                .replace("{uuid}", "00000000-0000-4000-8000-000000000000")
                .replaceAll("\\{[a-z_]+}", "999999999999")
                .replaceAll("/events$", "/events?no_such_parameter=1"); // else it goes on
    }

    /// As the contract has it: `read` looks, `write` changes agents, configurations and calls, `admin` all the rest.
    private static Set<Scope> scopes(Route route) {
        String of = route.template().replaceFirst("^/api/v1/", "");
        if (of.startsWith("operator/")) {
            return Set.of();
        }
        if (of.equals("audit-log")) {
            return Set.of(Scope.ADMIN);
        }
        if (route.method().equals("GET")) {
            return Set.of(Scope.READ, Scope.WRITE, Scope.ADMIN);
        }
        return of.startsWith("agents") || of.startsWith("telephony-configurations") || of.startsWith("service-keys")
                        || of.startsWith("runs")
                ? Set.of(Scope.WRITE, Scope.ADMIN)
                : Set.of(Scope.ADMIN);
    }

    @Test
    void aKeyOpensWhatItsScopeReaches() throws Exception {
        for (Route route : api.routes()) {
            for (Scope scope : Scope.values()) {
                // given
                boolean reaches = scopes(route).contains(scope);
                String what = route.method() + " " + route.template() + " with " + scope;

                // when
                RunningApi.Answer answer = api.sendAs(
                        keys.get(scope), route.method(), path(route), route.takesBody() ? "{\"no_such_field\":1}" : null);

                // then
                if (route.access() == Access.OPERATOR) {
                    assertEquals(401, answer.status(), what);
                } else if (reaches) {
                    assertNotEquals(403, answer.status(), what);
                    assertNotEquals(401, answer.status(), what);
                } else {
                    assertEquals(403, answer.status(), what);
                    assertEquals("application/problem+json", answer.header("Content-Type"), what);
                    assertTrue(answer.get("/detail").stringValue().contains(route.access().name().toLowerCase(java.util.Locale.ROOT)), what);
                }
            }
        }
    }

    @Test
    void theOperatorsKeyOpensNoTenantsDoor() throws Exception {
        for (Route route : api.routes()) {
            if (route.access() != Access.OPERATOR) {
                assertEquals(401, api.operator(route.method(), path(route), null).status(), route.template());
            }
        }
    }
}
