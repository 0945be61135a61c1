package io.agentstream.schemas;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// JSON for a record or for a sealed family of records. A field that is not marked as nullable must be there.
final class JsonCodec<V> implements Codec<V> {

    private final Class<V> type;

    JsonCodec(Class<V> type) {
        this.type = type;
    }

    @Override
    public byte[] encode(V value) {
        return Json.MAPPER.writeValueAsBytes(value);
    }

    @Override
    @SuppressWarnings("NullAway") // a document "null" reads as null, whatever the mapper's signature promises
    public Decoded<V> decode(byte[] bytes) {
        V value;
        try {
            value = Json.MAPPER.readValue(bytes, type);
        } catch (JacksonException bad) {
            return new Decoded.Malformed<>("not a " + type.getSimpleName() + ": " + bad.getClass().getSimpleName());
        }
        if (value == null) {
            return new Decoded.Malformed<>("not a " + type.getSimpleName() + ": null");
        }
        String missing = missing((Record) value);
        return missing == null
                ? new Decoded.Value<>(value)
                : new Decoded.Malformed<>(value.getClass().getSimpleName() + " without " + missing);
    }

    /// Name of the first component that has to be there and is not, also inside nested records.
    private static @Nullable String missing(Record value) {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            if (component.getType().isPrimitive()) {
                continue; // the mapper has seen to it
            }
            Object part = read(component, value);
            if (part == null) {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    return component.getName();
                }
            } else if (part instanceof Record nested) {
                String inside = missing(nested);
                if (inside != null) {
                    return component.getName() + "." + inside;
                }
            }
        }
        return null;
    }

    private static @Nullable Object read(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("record component " + component + " is not readable", e);
        }
    }
}
