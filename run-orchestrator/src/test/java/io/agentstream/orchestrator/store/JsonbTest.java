package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(TestPostgres.class)
final class JsonbTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":[1,2.5,true,null,\"x\"]} | {\"a\":[1,2.5,true,null,\"x\"]}",
                "{\"a\":\"x\\u0000y\"} | {\"a\":\"x\\ufffdy\"}",
                "{\"a\\u0000\":1} | {\"a\\ufffd\":1}",
                "{\"a\":\"\\ud83d\"} | {\"a\":\"\\ufffd\"}",
                "{\"a\":\"\\ud83d\\ude00\"} | {\"a\":\"\\ud83d\\ude00\"}",
                "{\"a\":1e400} | {\"a\":null}",
                "{\"a\":123456789012345678901234567890} | {\"a\":123456789012345678901234567890}",
            })
    void storesWhateverAStrangerSends(String sent, String kept, Database database) {
        // given
        JsonNode json = MAPPER.readTree(sent);

        // when
        JsonNode read = database.withConnection(connection -> Sql.only(
                connection, "select ?::jsonb as json", row -> Jsonb.read(row, "json"), json));

        // then
        assertEquals(MAPPER.readTree(kept), read);
    }

    @Test
    void storesDeepNesting(Database database) {
        // given
        JsonNode deep = MAPPER.readTree("[".repeat(400) + "]".repeat(400));

        // when
        JsonNode read = database.withConnection(connection -> Sql.only(
                connection, "select ?::jsonb as json", row -> Jsonb.read(row, "json"), deep));

        // then
        assertTrue(read.isArray());
    }
}
