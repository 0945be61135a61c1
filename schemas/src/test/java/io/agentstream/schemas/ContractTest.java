package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Codec.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// The published contract is what the code says, and what was ever published can still be read.
/// `mvn test -pl schemas -Dcontract.update=true` writes the files anew; look at the difference before you commit it.
final class ContractTest {

    private static final Path CONTRACT = Path.of("contract");
    private static final Path SAMPLES = CONTRACT.resolve("samples/v1");
    private static final boolean UPDATE = Boolean.getBoolean("contract.update");

    @Test
    void asyncApiDocumentIsTheOneThatTheCodeGives() throws IOException {
        String rendered = YAMLMapper.builder()
                .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                .disable(YAMLWriteFeature.SPLIT_LINES)
                .build()
                .writeValueAsString(AsyncApi.render());
        Path file = CONTRACT.resolve("asyncapi.yaml");
        if (UPDATE) {
            Files.writeString(file, rendered);
        }

        assertEquals(Files.readString(file), rendered, "the contract changed: see ContractTest");
    }

    /// For tables: docs/analytics.md says how.
    @ParameterizedTest
    @ValueSource(strings = {"runs.v1", "usage.v1"})
    void connectSchemasAreThoseOfTheRecords(String name) throws IOException {
        Topic<?> topic = Topics.ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        String rendered = Json.MAPPER.writeValueAsString(ConnectSchema.of(topic.type())) + "\n";
        Path file = CONTRACT.resolve("connect").resolve(name + ".json");
        if (UPDATE) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, rendered);
        }

        assertEquals(Files.readString(file), rendered, "the contract changed: see ContractTest");
    }

    /// Whoever looks for it in a table has to know.
    @ParameterizedTest
    @ValueSource(strings = {"runs.v1", "usage.v1"})
    void thePageForAnalystsNamesWhatTablesHaveNoPlaceFor(String name) throws IOException {
        String page = Files.readString(Path.of("../docs/analytics.md"));
        String connect = page.substring(page.indexOf("## Kafka Connect"), page.indexOf("## Streams in SQL"));
        Topic<?> topic = Topics.ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();

        List<String> unnamed = ConnectSchema.leftOut(topic.type()).stream()
                .filter(field -> !connect.contains("`" + field + "`"))
                .toList();

        assertEquals(List.of(), unnamed, "lists and maps of " + name + " that docs/analytics.md does not name");
    }

    static Stream<Arguments> samples() {
        return Samples.byTopic().entrySet().stream().flatMap(row -> row.getValue().stream()
                .map(value -> Arguments.of(row.getKey(), value, row.getValue().indexOf(value))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <V> void publishedSamplesCanStillBeRead(Topic<V> topic, V value, int number) throws IOException {
        boolean json = topic.codec() instanceof JsonCodec;
        Path file = SAMPLES.resolve(topic.name() + "-" + number + (json ? ".json" : ".bin"));
        if (UPDATE && !Files.exists(file)) {
            Files.createDirectories(SAMPLES);
            Files.write(file, topic.codec().encode(value));
        }

        Decoded<V> decoded = topic.codec().decode(Files.readAllBytes(file));

        assertEquals(new Decoded.Value<>(value), decoded);
    }

    @Test
    void everyPublishedSampleBelongsToATopic() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                Topic<?> topic = Topics.ALL.stream()
                        .filter(t -> name.startsWith(t.name() + "-"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(name + " is no topic's"));
                assertInstanceOf(Decoded.Value.class, topic.codec().decode(Files.readAllBytes(file)), name);
            }
        }
    }

    @Test
    void thereIsASampleOfEveryKind() {
        for (Map.Entry<Topic<?>, List<?>> row : Samples.byTopic().entrySet()) {
            if (row.getKey().type().isSealed()) {
                for (Class<?> kind : row.getKey().type().getPermittedSubclasses()) {
                    assertTrue(row.getValue().stream().anyMatch(kind::isInstance), "no sample of " + kind);
                }
            }
        }
    }
}
