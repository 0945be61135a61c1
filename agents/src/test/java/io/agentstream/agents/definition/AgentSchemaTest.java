package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.DemoAgents;
import io.agentstream.agents.ExampleAgents;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The published schema, as somebody else's validator understands it, and what we make of it say the same of any document.
final class AgentSchemaTest {

    private static final int CHANGES = 400;
    private static final String ID = "urn:agent-stream:agent-definition";

    /// What a document is changed by: none of these is right everywhere.
    private static final List<JsonNode> ODD = Stream.of(
                    "7", "-1", "0.5", "7.0", "123456789012", "\"\"", "\" \"", "\"x\"", "\"agent\"", "\"two words\"",
                    "\"Ä{{ö\"", "\"https://x.example/\"", "true", "null", "[]", "[\"a\",\"a\"]", "{}", "{\"x\":1}", "\"" + "x".repeat(21_000) + "\"",
                    "\"a\\u0000b\"", "\"#\"")
            .map(Json.MAPPER::readTree)
            .toList();

    private final Schema published = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, AgentSchema.json().toString()))
                            // as the standard has it, 7.0 is an integer
                            .schemaRegistryConfig(SchemaRegistryConfig.builder().losslessNarrowing(true).build()))
            .getSchema(SchemaLocation.of(ID));

    private boolean takes(JsonNode document) {
        return published.validate(document).isEmpty();
    }

    static Stream<JsonNode> documents() {
        return Stream.concat(
                ExampleAgents.NAMES.stream().map(ExampleAgents::definition), Stream.of(DemoAgents.talking(), DemoAgents.echo(), DemoAgents.assistant()));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void takesWhatTheParserTakes(JsonNode document) {
        assertEquals(List.of(), published.validate(document));
    }

    /// Seeded, so that what fails fails again; the seed is in the message.
    @ParameterizedTest
    @MethodSource("documents")
    void saysTheSameOfAnyDocumentAsTheParser(JsonNode document) {
        long seed = document.hashCode();
        Random random = new Random(seed);
        int refused = 0;
        for (int change = 0; change < CHANGES; change++) {
            // given
            JsonNode changed = document.deepCopy();
            String what = change(random, changed);

            // when
            boolean taken = takes(changed);

            // then
            String engine = document.path("engine").stringValue();
            List<Problem> form = GraphParser.form(engine, changed);
            assertEquals(taken, form.isEmpty(), () -> "seed " + seed + ", " + what + ": " + form + " / " + published.validate(changed));
            assertTrue(taken || !AgentDefinitions.problems(changed).isEmpty(), () -> what + " is taken by the parser, not by the schema");
            refused += taken ? 0 : 1;
        }
        assertTrue(refused > CHANGES / 10, refused + " were refused");
    }

    /// Something in the document is left out, replaced, or added.
    private static String change(Random random, JsonNode document) {
        List<JsonNode> containers = new ArrayList<>();
        collect(document, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode odd = ODD.get(random.nextInt(ODD.size()));
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>(object.propertyNames());
            String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(random.nextBoolean() ? "unknown" : "not a name", odd);
                default -> object.set(name, odd);
            }
            return name + " became " + (odd.toString().length() > 100 ? "long" : odd);
        }
        ArrayNode list = (ArrayNode) container;
        if (list.isEmpty() || random.nextInt(4) == 0) {
            list.add(odd);
        } else if (random.nextInt(4) == 0) {
            list.add(list.get(0).deepCopy());
        } else {
            list.set(random.nextInt(list.size()), odd);
        }
        return "an item became " + (odd.toString().length() > 100 ? "long" : odd);
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            containers.add(node);
            node.forEach(inner -> collect(inner, containers));
        }
    }

    @Test
    void completesADocumentWithoutChangingWhatItSays() {
        // given
        JsonNode document = ExampleAgents.definition("survey");
        JsonNode schema = AgentSchema.PUBLISHED.definition("cascade");

        // when
        JsonNode whole = AgentSchema.PUBLISHED.complete(schema, document);

        // then
        assertEquals(List.of(), published.validate(whole));
        assertEquals(whole, AgentSchema.PUBLISHED.complete(schema, whole));
        assertEquals(10, whole.at("/nodes/welcome/max_visits").intValue());
        assertEquals(1, whole.at("/nodes/welcome/keys/max").intValue());
    }

    @Test
    void namesTheServicesThatThereAre() {
        assertEquals(Services.EARS, words("ear"));
        assertEquals(Services.BRAINS, words("brain"));
        assertEquals(Services.MOUTHS, words("mouth"));
        assertEquals(Services.REALTIME, words("speech_service"));
    }

    private static Set<String> words(String service) {
        return new HashSet<>(AgentSchema.json().at("/$defs/" + service + "/properties/service/enum").valueStream()
                .map(JsonNode::stringValue).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"anyOf\":[]}", "{\"properties\":{\"a\":{\"not\":{}}}}", "{\"$ref\":\"#/$defs/nothing\"}", "{\"$ref\":\"https://x.example/\"}",
        "{\"pattern\":\"a\"}", "{\"$ref\":\"#/$defs/a\",\"minLength\":1,\"$defs\":{\"a\":{}}}"
    })
    void isNotReadWhereItSaysWhatIsNotUnderstood(String schema) {
        assertThrows(IllegalStateException.class, () -> new AgentSchema(Json.MAPPER.readTree(schema)));
    }
}
