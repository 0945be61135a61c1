package io.agentstream.schemas;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.InvalidTypeIdException;

/// JSON for a record or for a sealed family of records. A field that is not marked as nullable must be there, and so must what a list has in it.
final class JsonCodec<V> implements Codec<V> {

    private static final MethodType READ = MethodType.methodType(Object.class, Object.class);

    private final Class<V> type;
    private final Map<Class<?>, List<Part>> parts;

    /// A component that can be missing, or that has such components inside.
    private record Part(String name, MethodHandle read, boolean required) {}

    JsonCodec(Class<V> type) {
        this.type = type;
        Map<Class<?>, List<Part>> found = new HashMap<>();
        collect(type, found);
        this.parts = Map.copyOf(found);
    }

    /// What reflection says of the records, once: asking it for each record costs more than looking at it.
    private static void collect(Class<?> type, Map<Class<?>, List<Part>> found) {
        if (type.isSealed()) {
            for (Class<?> kind : type.getPermittedSubclasses()) {
                collect(kind, found);
            }
        }
        if (!type.isRecord() || found.containsKey(type)) {
            return;
        }
        List<Part> list = new ArrayList<>();
        found.put(type, list);
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType().isPrimitive()) {
                continue; // the mapper has seen to it
            }
            boolean required = !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            Optional<Class<?>> element = element(component);
            if (required || component.getType().isRecord() || element.isPresent()) {
                list.add(new Part(component.getName(), reader(component), required));
            }
            collect(element.orElse(component.getType()), found);
        }
    }

    /// What a list has in it.
    private static Optional<Class<?>> element(RecordComponent component) {
        return component.getType() == List.class
                        && component.getGenericType() instanceof ParameterizedType list
                        && list.getActualTypeArguments()[0] instanceof Class<?> element
                ? Optional.of(element)
                : Optional.empty();
    }

    private static MethodHandle reader(RecordComponent component) {
        try {
            return MethodHandles.lookup().unreflect(component.getAccessor()).asType(READ);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("record component " + component + " is not readable", e);
        }
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
        } catch (InvalidTypeIdException unknown) {
            return unknown.getTypeId() == null
                    ? new Decoded.Malformed<>("not a " + type.getSimpleName() + ": without a type")
                    : new Decoded.Unknown<>("a " + type.getSimpleName() + " of an unknown type");
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

    /// Name of the first component that has to be there and is not, also inside nested records and in lists, none of which has nothing in it.
    private @Nullable String missing(Record value) {
        List<Part> of = parts.getOrDefault(value.getClass(), List.of());
        for (int i = 0; i < of.size(); i++) {
            Part part = of.get(i);
            Object read = read(part, value);
            if (read == null) {
                if (part.required()) {
                    return part.name();
                }
            } else if (read instanceof Record nested) {
                String inside = missing(nested);
                if (inside != null) {
                    return part.name() + "." + inside;
                }
            } else if (read instanceof List<?> list) {
                String inside = missing(list);
                if (inside != null) {
                    return part.name() + inside;
                }
            }
        }
        return null;
    }

    private @Nullable String missing(List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            Object each = list.get(i);
            String inside = each instanceof Record nested ? missing(nested) : null;
            if (each == null || inside != null) {
                return "[" + i + "]" + (inside == null ? "" : "." + inside);
            }
        }
        return null;
    }

    private static @Nullable Object read(Part part, Record value) {
        try {
            return (Object) part.read().invokeExact((Object) value);
        } catch (Throwable e) {
            throw new IllegalStateException("record component " + part.name() + " is not readable", e);
        }
    }
}
