package io.agentstream.dev.e2e;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topic.Partitions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Holds records against the published contract, with a validator that knows nothing of our classes: a field that it does not name is
/// wrong too. What is binary is described by its codec only, and has to be read by that.
final class AsyncApiRecords {

    private static final String BASE = "https://agent-stream/asyncapi.json";

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new HashMap<>();

    AsyncApiRecords() throws IOException {
        JsonNode read = new YAMLMapper().readTree(Files.readAllBytes(Repository.root().resolve("schemas/contract/asyncapi.yaml")));
        close(read.path("components"));
        String text = Json.MAPPER.writeValueAsString(read).replace("\"#/components/schemas", "\"" + BASE + "#/components/schemas");
        document = Json.MAPPER.readTree(text);
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of(BASE, text))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && object.path("type").asString("").equals("object")) {
            object.put("additionalProperties", false);
        }
        node.forEach(AsyncApiRecords::close);
    }

    /// What is wrong with a record, a sentence each; nothing where it is as the contract says.
    List<String> wrong(Topic<?> topic, byte @Nullable [] key, byte[] value) {
        List<String> wrong = new ArrayList<>();
        if (topic.partitions() == Partitions.CALLS && (key == null || CallId.fromKey(key).isEmpty())) {
            wrong.add(topic.name() + ": the key is no call");
        }
        JsonNode messages = document.path("channels").path(topic.name()).path("messages");
        String first = messages.propertyNames().iterator().next();
        if (!document.path("components").path("messages").path(first).path("contentType").asString("").equals("application/json")) {
            if (!(topic.codec().decode(value) instanceof Decoded.Value<?>)) {
                wrong.add(topic.name() + ": " + value.length + " bytes that its codec cannot read");
            }
            return wrong;
        }
        JsonNode body;
        try {
            body = Json.MAPPER.readTree(value);
        } catch (JacksonException broken) {
            return List.of(topic.name() + ": no JSON");
        }
        String kind = body.path("type").asString("");
        String message = null;
        for (String name : messages.propertyNames()) {
            String tag = payload(name).path("properties").path("type").path("const").asString("");
            if (tag.equals(kind) || messages.size() == 1) {
                message = name;
            }
        }
        if (message == null) {
            wrong.add(topic.name() + ": no message of type '" + kind + "'");
            return wrong;
        }
        for (Error error : schema(message).validate(body)) {
            wrong.add(topic.name() + ", " + message + ": " + error.getInstanceLocation() + " " + error.getMessage());
        }
        return wrong;
    }

    private JsonNode payload(String message) {
        return document.path("components").path("messages").path(message).path("payload");
    }

    private Schema schema(String message) {
        return schemas.computeIfAbsent(
                message, name -> registry.getSchema(SchemaLocation.of(BASE + "#/components/messages/" + name + "/payload")));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
