package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The configurations of Kafka Connect that docs/analytics.md shows, as far as they can be checked without the connectors: each is JSON, its
/// topics and their fields exist, its converters fit what is on them, and its keys are those that the connectors document.
final class ConnectConfigurationsTest {

    private static final Path PAGE = Path.of("../docs/analytics.md");
    private static final Path SCHEMAS = Path.of("contract/connect");
    private static final JsonMapper STRICT = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)\n```", Pattern.DOTALL);
    private static final String JDBC = "io.confluent.connect.jdbc.JdbcSinkConnector";
    private static final String S3 = "io.confluent.connect.s3.S3SinkConnector";
    private static final String FLATTEN = "org.apache.kafka.connect.transforms.Flatten$Value";
    private static final String REPLACE_FIELD = "org.apache.kafka.connect.transforms.ReplaceField$Value";

    /// Longest name of a column in PostgreSQL.
    private static final int MAX_COLUMN = 63;

    /// Of every sink connector.
    private static final Set<String> COMMON = Set.of(
            "connector.class", "tasks.max", "topics", "topics.regex", "key.converter", "value.converter", "header.converter", "transforms",
            "predicates", "config.action.reload", "errors.retry.timeout", "errors.retry.delay.max.ms", "errors.tolerance",
            "errors.log.enable", "errors.log.include.messages", "errors.deadletterqueue.topic.name",
            "errors.deadletterqueue.topic.replication.factor", "errors.deadletterqueue.context.headers.enable");

    /// Of each connector: its published reference.
    private static final Map<String, Set<String>> OWN = Map.of(
            JDBC, Set.of(
                    "connection.url", "connection.user", "connection.password", "connection.attempts", "connection.backoff.ms", "dialect.name",
                    "insert.mode", "batch.size", "delete.enabled", "table.types", "table.name.format", "pk.mode", "pk.fields",
                    "fields.whitelist", "db.timezone", "db.timezone.date", "auto.create", "auto.evolve", "quote.sql.identifiers",
                    "mssql.use.merge.holdlock", "max.retries", "retry.backoff.ms", "trim.sensitive.log"),
            S3, Set.of(
                    "s3.bucket.name", "s3.region", "s3.part.size", "s3.credentials.provider.class", "s3.ssea.name", "s3.sse.key",
                    "s3.sse.kms.key.id", "s3.acl.canned", "s3.wan.mode", "s3.compression.type", "s3.part.retries", "s3.retry.backoff.ms",
                    "s3.proxy.url", "s3.proxy.user", "s3.proxy.password", "storage.class", "store.url", "topics.dir", "directory.delim",
                    "file.delim", "format.class", "flush.size", "rotate.interval.ms", "rotate.schedule.interval.ms", "schema.cache.size",
                    "schema.compatibility", "shutdown.timeout.ms", "retry.backoff.ms", "filename.offset.zero.pad.width", "parquet.codec",
                    "behavior.on.null.values", "partitioner.class", "partition.field.name", "partition.duration.ms", "path.format",
                    "locale", "timezone", "timestamp.extractor", "timestamp.field"));

    /// What follows a name of a transformation, and of a converter.
    private static final Map<String, Set<String>> OF_TRANSFORMS =
            Map.of(FLATTEN, Set.of("type", "delimiter"), REPLACE_FIELD, Set.of("type", "exclude", "include", "renames", "replace.null.with.default"));
    private static final Set<String> OF_JSON_CONVERTER =
            Set.of("schemas.enable", "schemas.cache.size", "decimal.format", "replace.null.with.default", "schema.content");

    private static Stream<JsonNode> configurations() throws IOException {
        return configurations(Files.readString(PAGE)).stream();
    }

    private static List<JsonNode> configurations(String page) {
        Matcher block = BLOCK.matcher(page.substring(page.indexOf("## Kafka Connect"), page.indexOf("## Streams in SQL")));
        List<JsonNode> found = new ArrayList<>();
        while (block.find()) {
            found.add(STRICT.readTree(block.group(1)));
        }
        return found;
    }

    @Test
    void thereIsOneForTablesAndOneForFiles() throws IOException {
        assertEquals(Set.of(JDBC, S3), new TreeSet<>(configurations().map(each -> text(each.path("config"), "connector.class")).toList()));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void eachFitsItsTopicAndItsConnector(JsonNode configuration) {
        assertEquals(List.of(), wrong(configuration));
    }

    /// What the check would find, if it were on the page.
    @ParameterizedTest
    @ValueSource(strings = {
        "\"topics\": \"runs.v1\" -> \"topics\": \"runs.v2\"",
        "\"insert.mode\" -> \"insert.modus\"",
        "JsonConverter -> AvroConverter",
        "the contents of runs.v1.json -> the contents of usage.v1.json",
        "\"transforms.key.exclude\": \"call_id\" -> \"transforms.key.exclude\": \"caller\"",
        "\"transforms\": \"flatten,key\" -> \"transforms\": \"key\"",
        "read_committed -> read_uncommitted",
        "\"pk.mode\": \"record_key\" -> \"pk.mode\": \"record_value\"",
        "\"auto.create\": \"true\" -> \"fields.whitelist\": \"run_organisation_id\"",
        "\"tasks.max\": \"1\" -> \"tasks.max\": 1",
        "transforms.flatten.type -> transforms.flat.type"
    })
    void aMistakeIsFound(String mistake) throws IOException {
        String[] change = mistake.split(" -> ");
        String page = Files.readString(PAGE);
        String broken = page.replace(change[0], change[1]);

        assertTrue(!broken.equals(page), "not on the page: " + change[0]);
        assertTrue(configurations(broken).stream().anyMatch(each -> !wrong(each).isEmpty()), mistake);
    }

    private static List<String> wrong(JsonNode configuration) {
        JsonNode config = configuration.path("config");
        List<String> wrong = new ArrayList<>();
        check(wrong, Set.copyOf(configuration.propertyNames()).equals(Set.of("name", "config")), "not a name and a config");
        config.properties().forEach(each -> check(wrong, each.getValue().isString(), each.getKey() + " is no string"));
        Set<String> own = OWN.getOrDefault(text(config, "connector.class"), Set.of());
        check(wrong, !own.isEmpty(), "no connector that is known");
        for (String key : config.propertyNames()) {
            boolean known = COMMON.contains(key) || own.contains(key) || key.startsWith("consumer.override.") || key.startsWith("transforms.")
                    || (key.startsWith("value.converter.") && OF_JSON_CONVERTER.contains(key.substring("value.converter.".length())));
            check(wrong, known, key + " is nobody's");
        }
        for (String topic : list(config, "topics")) {
            topic(config, topic, wrong);
        }
        check(wrong, !list(config, "topics").isEmpty(), "no topic");
        check(wrong, text(config, "consumer.override.isolation.level").equals("read_committed"), "reads what was never told");
        check(wrong, text(config, "key.converter").equals("org.apache.kafka.connect.storage.StringConverter"), "keys are text");
        check(
                wrong,
                text(config, "value.converter").equals("org.apache.kafka.connect.json.JsonConverter")
                        && text(config, "value.converter.schemas.enable").equals("true"),
                "values are JSON, and sinks want a schema");
        return wrong;
    }

    /// What becomes of the fields of a topic on their way into the sink.
    private static void topic(JsonNode config, String name, List<String> wrong) {
        Topic<?> topic = Topics.ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
        if (topic == null || !Files.exists(SCHEMAS.resolve(name + ".json"))) {
            wrong.add("no topic, or none with a schema: " + name);
            return;
        }
        check(wrong, text(config, "value.converter.schema.content").contains(name + ".json"), "another topic's schema than that of " + name);
        Fields fields = Fields.of(ConnectSchema.of(topic.type()), "");
        Set<String> transforms = new LinkedHashSet<>(list(config, "transforms"));
        for (String transform : transforms) {
            String prefix = "transforms." + transform + ".";
            String type = text(config, prefix + "type");
            Set<String> keys = OF_TRANSFORMS.getOrDefault(type, Set.of());
            config.propertyNames().stream().filter(key -> key.startsWith(prefix)).forEach(key ->
                    check(wrong, keys.contains(key.substring(prefix.length())), key + " is nobody's"));
            switch (type) {
                case FLATTEN -> fields = fields.flat(config.path(prefix + "delimiter").asString("."));
                case REPLACE_FIELD -> fields = fields.without(list(config, prefix + "exclude"), wrong);
                default -> wrong.add("no transformation that is known: " + transform);
            }
        }
        config.propertyNames().stream().filter(key -> key.startsWith("transforms.")).forEach(key ->
                check(wrong, transforms.contains(key.split("\\.")[1]), key + " is of a transformation that is not asked for"));
        if (text(config, "connector.class").equals(JDBC)) {
            table(config, fields, wrong);
        }
    }

    private static void table(JsonNode config, Fields fields, List<String> wrong) {
        check(wrong, !fields.hasStructs(), "a table has no place for structs");
        fields.names().forEach(name -> check(wrong, name.length() <= MAX_COLUMN, name + " is too long for a column"));
        check(wrong, List.of("insert", "upsert", "update").contains(text(config, "insert.mode")), "insert.mode");
        check(
                wrong, text(config, "pk.mode").equals("record_key") && list(config, "pk.fields").size() == 1,
                "newer records take the place of older ones, and tombstones delete, by the record's key alone, which is one field");
        check(wrong, fields.names().stream().noneMatch(list(config, "pk.fields")::contains), "the key's column is there twice");
        list(config, "fields.whitelist").forEach(name -> check(wrong, fields.names().contains(name), "no field " + name));
    }

    /// The fields of a value.
    private record Fields(Set<String> names, boolean hasStructs) {

        /// @param prefix of the structs around it, with a dot at its end
        @SuppressWarnings("unchecked")
        static Fields of(Map<String, Object> struct, String prefix) {
            Set<String> names = new LinkedHashSet<>();
            boolean hasStructs = false;
            for (Object each : (List<Object>) Objects.requireNonNull(struct.get("fields"))) {
                Map<String, Object> field = (Map<String, Object>) each;
                String name = prefix + field.get("field");
                if ("struct".equals(field.get("type"))) {
                    hasStructs = true;
                    names.addAll(of(field, name + ".").names());
                } else {
                    names.add(name);
                }
            }
            return new Fields(names, hasStructs);
        }

        Fields flat(String delimiter) {
            Set<String> flat = new LinkedHashSet<>();
            names.forEach(name -> assertTrue(flat.add(name.replace(".", delimiter)), name + " would be there twice"));
            return new Fields(flat, false);
        }

        Fields without(List<String> excluded, List<String> wrong) {
            excluded.forEach(name -> check(wrong, names.contains(name), "no field " + name));
            Set<String> left = new LinkedHashSet<>(names);
            excluded.forEach(left::remove);
            return new Fields(left, hasStructs);
        }
    }

    private static void check(List<String> wrong, boolean holds, String what) {
        if (!holds) {
            wrong.add(what);
        }
    }

    private static String text(JsonNode config, String key) {
        return config.path(key).asString("");
    }

    private static List<String> list(JsonNode config, String key) {
        return Arrays.stream(text(config, key).split(",")).map(String::strip).filter(each -> !each.isEmpty()).toList();
    }
}
