package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Renders a record as the schema that Kafka Connect's JsonConverter takes as `schema.content`, so that plain JSON becomes rows. Maps and
/// lists are left out: a table has no place for them. Times are text, as they are on the topic.
final class ConnectSchema {

    private ConnectSchema() {}

    static Map<String, Object> of(Class<?> type) {
        List<Object> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> of = component.getType();
            if (isLeftOut(of)) {
                continue;
            }
            Map<String, Object> field = new LinkedHashMap<>(isStruct(of) ? of(of) : Map.of("type", primitive(of)));
            field.put("field", name(component));
            field.put("optional", component.getAnnotatedType().isAnnotationPresent(Nullable.class));
            fields.add(field);
        }
        Map<String, Object> struct = new LinkedHashMap<>();
        struct.put("type", "struct");
        struct.put("optional", false);
        struct.put("fields", fields);
        return struct;
    }

    /// Names of what is left out, with those of the structs around them: `talk.services`.
    static List<String> leftOut(Class<?> type) {
        List<String> names = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (isLeftOut(component.getType())) {
                names.add(name(component));
            } else if (isStruct(component.getType())) {
                leftOut(component.getType()).forEach(inner -> names.add(name(component) + "." + inner));
            }
        }
        return names;
    }

    private static boolean isLeftOut(Class<?> type) {
        return type == Map.class || type == List.class;
    }

    private static boolean isStruct(Class<?> type) {
        return type.isRecord() && type != CallId.class;
    }

    private static String name(RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named != null ? named.value() : component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static String primitive(Class<?> type) {
        if (type == String.class || type == Instant.class || type == CallId.class || type.isEnum()) {
            return "string";
        }
        if (type == long.class || type == Long.class) {
            return "int64";
        }
        if (type == int.class || type == Integer.class) {
            return "int32";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "boolean";
        }
        throw new IllegalStateException("no column for " + type);
    }
}
