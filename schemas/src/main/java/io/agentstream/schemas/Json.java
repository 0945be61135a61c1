package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/// The one way in which our JSON is written and read: snake case, lower-case constants, ISO-8601 times, nothing for what is
/// absent. Readers pass over fields they do not know, and take a constant they do not know for its enumeration's default, because a
/// newer writer may add some. Of a key that stands twice the last one
/// holds, as in most of the world's parsers: what a provider's and our own reader make of a message must not differ.
public final class Json {

    /// Longest JSON document of a topic. Kafka's own limit for a record is the same megabyte.
    static final int MAX_DOCUMENT_CHARS = 1 << 20;

    /// Deepest nesting of a topic's document.
    public static final int MAX_DEPTH = 64;

    /// Deepest nesting of a value that somebody else gives and that goes into a topic's document: an agent's definition, template
    /// variables. The rest is for the records around it, a snapshot with a run's event inside being the deepest of them. Whoever
    /// takes such a value must not take a deeper one: nobody could read the record.
    public static final int MAX_VALUE_DEPTH = MAX_DEPTH - 8;

    /// Immutable, so that sharing it is safe for any thread.
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_DOCUMENT_CHARS)
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(
                    inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}
}
