package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Holds what was asked and answered against `openapi.yaml`: every status is documented, every body and header is as the document
/// says and has no field that it does not name, and no request is granted that it forbids.
final class Contract {
    private static final String BASE = "https://agent-stream/openapi.json";
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> CLOSED =
            Set.of(
                    "Organization", "OperatedOrganization", "NewOrganization", "Change", "ApiKey", "NewApiKey", "User", "Agent",
                    "Version", "TelephonyConfiguration", "ServiceKey", "Run", "RunEvent", "Usage");

    private final JsonNode document;
    private final SchemaRegistry schemas;
    private final Router router;

    Contract(List<Route> routes) {
        try (InputStream yaml = Api.class.getResourceAsStream("openapi.yaml")) {
            JsonNode read = new YAMLMapper().readTree(yaml);
            CLOSED.forEach(name -> ((ObjectNode) read.at("/components/schemas/" + name)).put("additionalProperties", false));
            String text = MAPPER.writeValueAsString(read).replace("\"#/components/schemas", "\"" + BASE + "#/components/schemas");
            this.document = MAPPER.readTree(text);
            this.schemas = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder -> builder.schemas(Map.of(BASE, text))
                            .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build()));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        this.router = new Router(routes);
    }

    void check(String method, String path, @Nullable String sent, HttpResponse<String> answer) {
        String what = method + " " + answer.statusCode() + " ";
        switch (router.match(method, path)) {
            case Router.Match.Nothing() -> {
                if (!path.equals(Api.OPENAPI_PATH)) {
                    isDescribedBy(response("404"), what, answer);
                }
            }
            case Router.Match.OtherMethods(var allowed) -> {
                if (method.equals("OPTIONS")) {
                    assertEquals(204, answer.statusCode(), what);
                } else {
                    isDescribedBy(response("405"), what, answer);
                }
            }
            case Router.Match.Found(Route route, var values) -> check(route, method, sent, answer);
        }
    }

    private void check(Route route, String method, @Nullable String sent, HttpResponse<String> answer) {
        String what = method + " " + route.template() + " " + answer.statusCode() + " ";
        JsonNode operation = document.path("paths").path(route.template()).path(route.method().toLowerCase(Locale.ROOT));
        JsonNode response = operation.path("responses").path(String.valueOf(answer.statusCode()));
        assertTrue(response.isObject(), what + "is not documented");
        response = resolved(response);
        if (!method.equals("HEAD")) {
            isDescribedBy(response, what, answer);
        }
        JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
        if (answer.statusCode() < 300 && sent != null && schema.isObject()) {
            isValid(schema, MAPPER.readTree(sent.strip().replace("\uFEFF", "")), what + "was granted to " + sent);
        }
    }

    private void isDescribedBy(JsonNode response, String what, HttpResponse<String> answer) {
        for (var header : response.path("headers").properties()) {
            boolean isOptional = header.getValue().has("required") && !header.getValue().path("required").booleanValue();
            assertTrue(isOptional || answer.headers().firstValue(header.getKey()).isPresent(), what + "has no " + header.getKey());
        }
        if (!response.has("content")) {
            assertEquals("", answer.body(), what);
            return;
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        assertTrue(response.path("content").has(type), what + "has the type " + type);
        if (List.of(MediaTypes.CSV, MediaTypes.TEXT, MediaTypes.WAV, MediaTypes.ZSTD, MediaTypes.EVENT_STREAM).contains(type)) {
            return;
        }
        if (type.equals(MediaTypes.NDJSON)) {
            answer.body().lines().forEach(line -> isValid(
                    response.path("content").path(type).path("schema"), MAPPER.readTree(line), what + line));
            return;
        }
        JsonNode body = MAPPER.readTree(answer.body());
        isValid(response.path("content").path(type).path("schema"), body, what + answer.body());
        if (type.equals(MediaTypes.PROBLEM)) {
            assertEquals(answer.statusCode(), body.path("status").intValue(), what);
        }
    }

    private void isValid(JsonNode schema, JsonNode value, String what) {
        List<Error> errors = schemas.getSchema(schema).validate(value);
        assertTrue(errors.isEmpty(), () -> what + " " + errors);
    }

    private JsonNode response(String status) {
        return resolved(document.at("/paths/~1api~1v1~1runs~1{id}/get/responses/" + status));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").stringValue().substring(1)) : node;
    }
}
