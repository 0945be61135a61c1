package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.schemas.Topic.Cleanup;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Renders the table of topics as an AsyncAPI 3.0 document, from the records and their sentences.
final class AsyncApi {

    private final Map<String, Object> schemas = new LinkedHashMap<>();

    static Map<String, Object> render() {
        return new AsyncApi().document();
    }

    private Map<String, Object> document() {
        Map<String, Object> channels = new LinkedHashMap<>();
        Map<String, Object> messages = new LinkedHashMap<>();
        for (Topic<?> topic : Topics.ALL) {
            Map<String, Object> ours = new LinkedHashMap<>();
            for (Class<?> type : kinds(topic.type())) {
                messages.put(type.getSimpleName().equals(topic.type().getSimpleName())
                                ? type.getSimpleName()
                                : topic.type().getSimpleName() + type.getSimpleName(),
                        message(topic, type));
                String name = type == topic.type() ? type.getSimpleName() : topic.type().getSimpleName() + type.getSimpleName();
                ours.put(name, ref("messages/" + name));
            }
            channels.put(topic.name(), map(
                    "address", topic.name(),
                    "description", topic.says(),
                    "messages", ours,
                    "x-key", topic.key(),
                    "x-from", topic.from(),
                    "x-to", topic.to(),
                    "x-partitions", topic.partitions().name().toLowerCase(Locale.ROOT),
                    "x-cleanup", topic.cleanup().stream().map(c -> c.name().toLowerCase(Locale.ROOT)).sorted().toList(),
                    "x-retention", topic.cleanup().contains(Cleanup.DELETE) ? topic.retention().toString() : "until replaced, and " + topic.retention() + " after it"));
        }
        return map(
                "asyncapi", "3.0.0",
                "info", map("title", "Agent Stream", "version", "v1",
                        "description", "Every topic, and every field with its sentence. Generated from the records;"
                                + " inside v1 only optional fields are added."),
                "defaultContentType", "application/json",
                "channels", channels,
                "components", map("messages", messages, "schemas", schemas));
    }

    private static List<Class<?>> kinds(Class<?> type) {
        return type.isSealed() ? Arrays.asList(type.getPermittedSubclasses()) : List.of(type);
    }

    private Map<String, Object> message(Topic<?> topic, Class<?> type) {
        boolean json = topic.codec() instanceof JsonCodec;
        if (type == Slice.class) {
            return map("contentType", "application/octet-stream", "payload", map("type", "string", "format", "binary"));
        }
        return map(
                "contentType", json ? "application/json" : "application/octet-stream",
                "summary", says(type.getAnnotation(Doc.class), type.getSimpleName()),
                "payload", object(type));
    }

    private Map<String, Object> object(Class<?> type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        JsonTypeName tag = type.getAnnotation(JsonTypeName.class);
        if (tag != null) {
            properties.put("type", map("const", tag.value(), "description", "Which kind of event this is."));
            required.add("type");
        }
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = named != null
                    ? named.value()
                    : component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            Map<String, Object> property = new LinkedHashMap<>(schema(component.getGenericType()));
            property.put("description", says(component.getAnnotation(Doc.class), type.getSimpleName() + "." + name));
            properties.put(name, property);
            boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class)
                    || component.getAnnotation(Doc.class).optional();
            if (!optional) {
                required.add(name);
            }
        }
        return map("type", "object", "required", required, "properties", properties);
    }

    private Map<String, Object> schema(Type type) {
        return switch (type) {
            case ParameterizedType p when p.getRawType() == List.class ->
                map("type", "array", "items", schema(p.getActualTypeArguments()[0]));
            case ParameterizedType p when p.getRawType() == Map.class ->
                map("type", "object", "additionalProperties", schema(p.getActualTypeArguments()[1]));
            case Class<?> c when c == String.class -> map("type", "string");
            case Class<?> c when c == char.class -> map("type", "string", "minLength", 1, "maxLength", 1);
            case Class<?> c when c == boolean.class || c == Boolean.class -> map("type", "boolean");
            case Class<?> c when c == int.class || c == Integer.class -> map("type", "integer", "format", "int32");
            case Class<?> c when c == long.class || c == Long.class -> map("type", "integer", "format", "int64");
            case Class<?> c when c == Instant.class -> map("type", "string", "format", "date-time");
            case Class<?> c when c == CallId.class -> map("type", "string", "format", "uuid");
            case Class<?> c when c == Slice.class -> map("type", "string", "format", "binary");
            case Class<?> c when c == JsonNode.class -> map();
            case Class<?> c when c.isEnum() -> map("type", "string", "enum", Arrays.stream(c.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList());
            case Class<?> c when c.isRecord() -> {
                if (!schemas.containsKey(c.getSimpleName())) {
                    schemas.put(c.getSimpleName(), object(c));
                }
                yield ref("schemas/" + c.getSimpleName());
            }
            default -> throw new IllegalStateException("no schema for " + type);
        };
    }

    private static String says(@Nullable Doc doc, String where) {
        return Objects.requireNonNull(doc, where + " has no sentence").value();
    }

    private static Map<String, Object> ref(String path) {
        return map("$ref", "#/components/" + path);
    }

    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
