package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.orchestrator.store.Who;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// For a fuzzer: whatever a client sends is an object or an error, an object that is taken can be stored and published, and the
/// routes answer it or ask for the database, which is not here. The first byte of an input says what it is sent to.
public final class BodyFuzz {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CredentialsCipher CIPHER =
            CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM)).orElseThrow();
    private static final Map<String, String> PATH = Map.of("uuid", "0b1c2d3e-0000-4000-8000-000000000001", "id", "7");

    @SuppressWarnings("NullAway") // whoever asks for the database has found nothing wrong
    private static final List<Route> ROUTES = List.of(
            route(new AgentRoutes(null, "wss://gateway.example.com").routes(), "POST", "/api/v1/agents"),
            route(new AgentRoutes(null, "wss://gateway.example.com").routes(), "PUT", "/api/v1/agents/{uuid}/draft"),
            route(new TelephonyRoutes(null, CIPHER).routes(), "POST", "/api/v1/telephony-configurations"),
            route(new UserRoutes(null, new ApiKeys(RANDOM)).routes(), "POST", "/api/v1/users"),
            route(new UserRoutes(null, new ApiKeys(RANDOM)).routes(), "POST", "/api/v1/api-keys"),
            route(new OperatorRoutes(null, new ApiKeys(RANDOM)).routes(), "POST", "/api/v1/operator/organizations"));

    private BodyFuzz() {}

    private static Route route(List<Route> routes, String method, String template) {
        return routes.stream()
                .filter(route -> route.method().equals(method) && route.template().equals(template))
                .findFirst()
                .orElseThrow();
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int to = (input[0] & 0xFF) % (ROUTES.size() + 2);
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        if (to == ROUTES.size() + 1) {
            query(new String(body, StandardCharsets.UTF_8));
            return;
        }
        Errors errors = new Errors();
        Optional<ObjectNode> read = Json.read(body, errors);
        if (read.isEmpty()) {
            answered(errors);
            return;
        }
        ObjectNode object = read.get();
        kept(object);
        if (to < ROUTES.size()) {
            handled(ROUTES.get(to), object.deepCopy(), errors);
        } else {
            changed(object, errors);
        }
    }

    /// What was taken can be written, read again and published.
    private static void kept(ObjectNode object) {
        ObjectNode again = Json.read(Json.bytes(object), new Errors()).orElseThrow();
        if (!again.equals(object)) {
            throw new IllegalStateException(object + " is read as " + again);
        }
        byte[] record = Topics.AGENT_DEFINITIONS.codec().encode(new AgentDefinition(1, 1, object));
        if (!(Topics.AGENT_DEFINITIONS.codec().decode(record) instanceof Decoded.Value<AgentDefinition>)) {
            throw new IllegalStateException("cannot be read as a record: " + object);
        }
    }

    private static void handled(Route route, ObjectNode object, Errors errors) {
        Call call = new Call(
                new Users.Caller(1, 2, 3, Scope.ADMIN),
                new Who.Key(1, 3, "192.0.2.1"),
                PATH,
                new Query(Map.of()),
                new Fields(object, "", errors), new Call.Asked(false, "key", null, null, null), MediaTypes.JSON);
        try {
            read(route.handler().handle(call));
        } catch (NullPointerException noDatabase) {
            if (!String.valueOf(noDatabase.getMessage()).contains("\"this.database\" is null") || !errors.isEmpty()) {
                throw noDatabase;
            }
        }
    }

    /// As the routes read what changes something.
    private static void changed(ObjectNode object, Errors errors) {
        Fields in = new Fields(object.deepCopy(), "", errors);
        in.against(object, Set.of("id", "created_at"));
        if (!in.isEmpty()) {
            throw new IllegalStateException("differs from itself: " + object);
        }
        Fields sent = new Fields(object.deepCopy(), "", errors);
        sent.against(Json.object().put("id", 7).put("name", "x").put("created_at", "2026-11-22T12:00:00.250Z"), Set.of("id", "created_at"));
        sent.text("name", 200);
        sent.integer("max_concurrent_calls", 0, 1_000_000);
        sent.decimal("credits");
        sent.object("definition", 1 << 10);
        Fields nested = sent.nested("credentials");
        if (nested != null) {
            nested.peekText("domain_id");
            nested.text("bearer_token", 4_096);
            nested.refuseOthers();
        }
        if (sent.isBad()) {
            answered(errors);
        }
    }

    private static void query(String text) {
        Map<String, Deque<String>> parameters = new HashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters
                    .computeIfAbsent(equals < 0 ? pair : pair.substring(0, equals), name -> new ArrayDeque<>())
                    .add(pair.substring(equals + 1));
        }
        Query query = new Query(parameters);
        int limit = query.limit();
        for (Cursor list : Cursor.values()) {
            query.position(list);
        }
        query.state();
        query.time("from");
        query.time("to");
        if (query.isBad()) {
            read(query.badRequest());
        } else if (limit < 1) {
            throw new IllegalStateException("a page of " + limit);
        }
    }

    private static void answered(Errors errors) {
        if (errors.isEmpty()) {
            throw new IllegalStateException("neither taken nor an error");
        }
        read(errors.reply());
    }

    private static void read(Reply reply) {
        byte[] body = new byte[reply.body() == null ? 0 : reply.body().remaining()];
        if (reply.status() != 400 || body.length == 0) {
            throw new IllegalStateException("answers " + reply.status());
        }
        reply.body().duplicate().get(body);
        if (Json.read(body, new Errors()).isEmpty()) {
            throw new IllegalStateException("answers what it would not take: " + new String(body, StandardCharsets.UTF_8));
        }
    }
}
