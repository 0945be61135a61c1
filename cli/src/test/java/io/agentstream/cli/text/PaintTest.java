package io.agentstream.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.schemas.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers say is nothing that a terminal does.
final class PaintTest {

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[2J", "\u009b2J", "a\u202eb", "\u2028", "\ud83d", "\u00ad", "\u0000"})
    void whatATerminalWouldTakeForAnOrderIsEscapedInJsonWhichSaysTheSame(String order) {
        String said = "gr\u00fc\u00dfe " + order + " \ud834\udd1e";
        String json = Json.MAPPER.createObjectNode().put("text", order.equals("\ud83d") ? "x" : said).toString();
        String odd = order.equals("\ud83d") ? "{\"text\":\"" + said + "\"}" : json;

        String clean = Paint.cleanJson(odd);

        assertFalse(clean.contains(order), clean);
        assertEquals(said, Json.MAPPER.readTree(clean).path("text").asString());
        assertEquals(clean, Paint.cleanJson(clean));
    }
}
