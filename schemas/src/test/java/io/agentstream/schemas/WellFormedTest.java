package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class WellFormedTest {

    private static final String HALF = "\\ud83d";
    private static final String PAIR = "\\ud83d\\ude00";

    private static JsonNode read(String json) {
        return WellFormed.json(Json.MAPPER.readTree(json), json);
    }

    @Test
    void halfOfAPairIsReplacedAndAPairIsKept() {
        JsonNode mended = read("{\"a\":[\"\\u0041\",[{\"b\":\"" + HALF + "\"}],\"" + PAIR + HALF + "\",7,\"x\"]}");

        assertEquals("{\"a\":[\"A\",[{\"b\":\"\uFFFD\"}],\"\uD83D\uDE00\uFFFD\",7,\"x\"]}", mended.toString());
        assertEquals(mended, Json.MAPPER.readTree(Json.MAPPER.writeValueAsBytes(mended)));
    }

    @Test
    void whatIsRightIsTheSame() {
        JsonNode value = Json.MAPPER.readTree("{\"a\":1}");

        assertSame(value, WellFormed.json(value, "{\"a\":1}"));
        assertSame(value, WellFormed.json(value));
    }

    @Test
    void aBeginningEndsWithinNoPair() {
        assertEquals("a", WellFormed.beginning("a\uD83D\uDE00", 2));
        assertEquals("a\uD83D\uDE00", WellFormed.beginning("a\uD83D\uDE00b", 3));
        assertEquals("", WellFormed.beginning("\uD83D\uDE00", 1));
        assertEquals("a", WellFormed.beginning("a", 2));
    }

    @Test
    void charactersAreWhatPeopleCount() {
        String faces = "\uD83D\uDE00".repeat(3);

        assertEquals(3, WellFormed.characters(faces));
        assertEquals(faces, WellFormed.firstCharacters(faces, 3));
        assertEquals("\uD83D\uDE00".repeat(2), WellFormed.firstCharacters(faces, 2));
        assertEquals("a\uD83D\uDE00", WellFormed.firstCharacters("a\uD83D\uDE00b", 2));
        assertEquals("", WellFormed.firstCharacters("", 2));
    }
}
