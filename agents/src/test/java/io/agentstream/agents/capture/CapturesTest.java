package io.agentstream.agents.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.CaptureKind;
import io.agentstream.agents.definition.Edge;
import io.agentstream.agents.definition.Node;
import io.agentstream.schemas.Json;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class CapturesTest {

    /// A Friday.
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 27);

    private static Node.Capture node(CaptureKind what, String more) {
        AgentGraph.Parsed parsed = AgentGraph.parse(Json.MAPPER.readTree("""
                {"engine":"cascade","start":"n","services":{"ear":[{"service":"offline"}]},"nodes":{"bye":{"type":"hangup"},
                  "n":{"type":"capture","what":"%s","into":"v","say":"x","next":"bye"%s}}}""".formatted(
                what.name().toLowerCase(Locale.ROOT), more)));
        return (Node.Capture) ((AgentGraph.Parsed.Valid) parsed).graph().node("n");
    }

    private static String said(CaptureKind what, String more, String language, String words) {
        return shown(Captures.ofWords(node(what, more), words, language, TODAY));
    }

    /// What was understood, and how it is read back.
    private static String shown(Optional<Captured> captured) {
        return captured.map(each -> each.value().asString() + " / " + each.spoken()).orElse("nothing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en|1 2 3 4|1234 / 1 2 3, 4",
        "en|My number is 12-34 56, please.|123456 / 1 2 3, 4 5 6",
        "en|one two three oh four|12304 / 1 2 3, 0 4",
        "en|double five triple zero|55000 / 5 5 0, 0 0",
        "en|twenty three forty|2340 / 2 3 4, 0",
        "en|twenty zero fifteen|20015 / 2 0 0, 1 5",
        "de|eins zwo drei|123 / 1 2 3",
        "de|dreiundzwanzig fünfzig elf|235011 / 2 3 5, 0 1 1",
        "es|uno dos tres cuatro|1234 / 1 2 3, 4",
        "fr|zéro un deux|012 / 0 1 2",
        "it|sei sette otto|678 / 6 7 8",
        "pt|meia três|63 / 6 3",
        "nl|zeven acht negen|789 / 7 8 9",
        "xx|one two|12 / 1 2",
        "en|I do not have it|nothing",
        "en|1|nothing",
        "en|1234567|nothing",
    })
    void digits(String language, String words, String understood) {
        assertEquals(understood, said(CaptureKind.DIGITS, ",\"min\":2,\"max\":6", language, words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en|Yes.|true / yes",
        "en|Yeah, that's right|true / yes",
        "en|no|false / no",
        "en|No, that's wrong.|false / no",
        "en|That is not right|false / no",
        "en|That isn't quite correct|false / no",
        "en|not sure|nothing",
        "en|I don't know|nothing",
        "en|yes no|nothing",
        "en|what?|nothing",
        "en|Of course!|true / yes",
        "de|Ja, genau|true / ja",
        "de|Nein|false / nein",
        "de|Das stimmt nicht|nothing",
        "de|Das ist nicht richtig|false / nein",
        "de|Weiß nicht|nothing",
        "es|Sí|true / sí",
        "es|No es correcto|false / no",
        "fr|Oui, c'est ça|true / oui",
        "fr|C'est pas exact|false / non",
        "it|Va bene|true / sì",
        "pt|Não|false / não",
        "nl|Jawel|true / ja",
    })
    void yesAndNo(String language, String words, String understood) {
        assertEquals(understood, said(CaptureKind.YES_NO, "", language, words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en-US|tomorrow|2026-11-28 / Saturday, November 28, 2026",
        "en-US|the day after tomorrow|2026-11-29 / Sunday, November 29, 2026",
        "en-US|next Friday, please|2026-12-04 / Friday, December 4, 2026",
        "en-US|Monday|2026-11-30 / Monday, November 30, 2026",
        "en-US|in two weeks|2026-12-11 / Friday, December 11, 2026",
        "en-US|in twenty five days|2026-12-22 / Tuesday, December 22, 2026",
        "en-US|the third of May|2027-05-03 / Monday, May 3, 2027",
        "en-US|May 3rd|2027-05-03 / Monday, May 3, 2027",
        "en-US|December twenty first|2026-12-21 / Monday, December 21, 2026",
        "en-US|December 1st 2028|2028-12-01 / Friday, December 1, 2028",
        "en-US|March the fifth twenty twenty eight|2028-03-05 / Sunday, March 5, 2028",
        "en-US|5/3/2027|2027-05-03 / Monday, May 3, 2027",
        "en-GB|5/3/2027|2027-03-05 / Friday, March 5, 2027",
        "en-US|2027-02-28|2027-02-28 / Sunday, February 28, 2027",
        "en-US|the fifteenth|2026-12-15 / Tuesday, December 15, 2026",
        "en-US|on the 30th|2026-11-30 / Monday, November 30, 2026",
        "en-US|November 27|2026-11-27 / Friday, November 27, 2026",
        "en-US|Saturday the 28th of November|2026-11-28 / Saturday, November 28, 2026",
        "en-US|Monday the 28th of November|nothing",
        "en-US|Monday or Tuesday|nothing",
        "en-US|February 30th|nothing",
        "en-US|two weeks ago|nothing",
        "en-US|I may come|nothing",
        "en-US|whenever|nothing",
        "de|übermorgen|2026-11-29 / Sonntag, 29. November 2026",
        "de|am 3. Mai|2027-05-03 / Montag, 3. Mai 2027",
        "de|am dritten Mai|2027-05-03 / Montag, 3. Mai 2027",
        "de|am einundzwanzigsten Dezember|2026-12-21 / Montag, 21. Dezember 2026",
        "de|3.5.27|2027-05-03 / Montag, 3. Mai 2027",
        "de|in drei Wochen|2026-12-18 / Freitag, 18. Dezember 2026",
        "de|nächsten Samstag|2026-11-28 / Samstag, 28. November 2026",
        "es|el 3 de mayo de 2027|2027-05-03 / lunes, 3 de mayo de 2027",
        "es|pasado mañana|2026-11-29 / domingo, 29 de noviembre de 2026",
        "fr|le 1er décembre|2026-12-01 / mardi 1 décembre 2026",
        "it|lunedì|2026-11-30 / lunedì 30 novembre 2026",
        "pt|terça-feira|2026-12-01 / terça-feira, 1 de dezembro de 2026",
        "nl|over twee weken|2026-12-11 / vrijdag 11 december 2026",
    })
    void dates(String language, String words, String understood) {
        assertEquals(understood, said(CaptureKind.DATE, "", language, words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en|+1|555 010 0123|+15550100123 / 5 5 5, 0 1 0, 0 1 2, 3",
        "en|+1|1 555 010 0123|+15550100123 / 1 5 5, 5 0 1, 0 0 1, 2 3",
        "en|+1|five five five oh one oh oh one two three|+15550100123 / 5 5 5, 0 1 0, 0 1 2, 3",
        "en|+1|plus 44 20 7946 0000|+442079460000 / 4 4 2, 0 7 9, 4 6 0, 0 0 0",
        "en|+1|+49 151 2345678|+491512345678 / 4 9 1, 5 1 2, 3 4 5, 6 7 8",
        "en|+1|555 0100|nothing",
        "de|+49|0151 2345678|+491512345678 / 0 1 5, 1 2 3, 4 5 6, 7 8",
        "de|+49|plus vier drei eins zwei drei vier fünf sechs|+43123456 / 4 3 1, 2 3 4, 5 6",
        "de|+49|0043 1 234567|+431234567 / 0 0 4, 3 1 2, 3 4 5, 6 7",
        "it|+39|06 1234567|+39061234567 / 0 6 1, 2 3 4, 5 6 7",
        "en|+44|1234567890123456|nothing",
        "en|+44|I would rather not|nothing",
    })
    void phones(String language, String country, String words, String understood) {
        assertEquals(understood, said(CaptureKind.PHONE, ",\"country\":\"" + country + "\"", language, words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en|ada@example.com|ada@example.com / a d a at example dot com",
        "en|My email is Ada.Lovelace@example.co.uk, thanks|ada.lovelace@example.co.uk / a d a dot l o v e l a c e at example dot co dot uk",
        "en|ada dot lovelace at example dot com|ada.lovelace@example.com / a d a dot l o v e l a c e at example dot com",
        "en|it's a d a underscore one at my dash house dot org|ada_1@my-house.org / a d a underscore 1 at my dash house dot org",
        "en|a as in apple b for bravo at example dot com|ab@example.com / a b at example dot com",
        "en|ada @ example . com|ada@example.com / a d a at example dot com",
        "de|ada punkt l ät example punkt de|ada.l@example.de / a d a punkt l at example punkt de",
        "es|ada arroba example punto com|ada@example.com / a d a arroba example punto com",
        "fr|ada arobase example point fr|ada@example.fr / a d a arobase example point fr",
        "en|ada example com|nothing",
        "en|at example dot com|nothing",
        "en|ada at example|nothing",
    })
    void emails(String language, String words, String understood) {
        assertEquals(understood, said(CaptureKind.EMAIL, "", language, words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en|Ada Lovelace|Ada Lovelace / Ada Lovelace",
        "en|my name is ada lovelace.|Ada Lovelace / Ada Lovelace",
        "en|It's McDonald|McDonald / McDonald",
        "en|ada, A D A|Ada / Ada",
        "en|L-O-V-E|Love / Love",
        "en|mary-jane o'neil|Mary-Jane O'Neil / Mary-Jane O'Neil",
        "de|Ich heiße Jürgen Groß|Jürgen Groß / Jürgen Groß",
        "fr|je m'appelle Zoé|Zoé / Zoé",
        "en|my name is|nothing",
        "en|12345|nothing",
        "en|I would like to talk to somebody about my bill|nothing",
    })
    void names(String language, String words, String understood) {
        assertEquals(understood, said(CaptureKind.NAME, "", language, words));
    }

    @ParameterizedTest
    @CsvSource({
        "digits,1234,1234 / 1 2 3; 4", "digits,,nothing", "yes_no,1,true / yes", "yes_no,2,false / no", "yes_no,3,nothing",
        "phone,5550100123,+15550100123 / 5 5 5; 0 1 0; 0 1 2; 3", "date,27112026,nothing", "name,1,nothing", "digits,12*4,nothing"
    })
    void keys(String what, String keys, String understood) {
        Node.Capture node = node(CaptureKind.valueOf(what.toUpperCase(Locale.ROOT)), "");

        assertEquals(understood.replace(';', ','), shown(Captures.ofKeys(node, keys == null ? "" : keys, "en")));
    }

    @Test
    void anIntentIsFoundByItsWords() {
        List<Edge.Intent> intents = List.of(
                new Edge.Intent("cut", null, List.of("haircut", "a trim"), "a"), new Edge.Intent("colour", null, List.of("Colour", "highlights"), "b"));

        assertEquals("a", Captures.intent(intents, "I'd like a trim, please").orElseThrow().go());
        assertEquals("b", Captures.intent(intents, "COLOUR").orElseThrow().go());
        assertTrue(Captures.intent(intents, "colourful").isEmpty());
        assertTrue(Captures.intent(intents, "").isEmpty());
    }

    @Test
    void aReadBackIsConfirmedOrNot() {
        assertEquals(Optional.of(true), Captures.confirms("yes, exactly", "en-US"));
        assertEquals(Optional.of(false), Captures.confirms("Nein, falsch", "de-AT"));
        assertEquals(Optional.empty(), Captures.confirms("five", "en-US"));
    }

    @Test
    void whatWasCapturedIsNotPrinted() {
        assertFalse(Captured.text("ada@example.com", "a d a").toString().contains("ada"));
    }

    @ParameterizedTest
    @EnumSource(CaptureKind.class)
    void anyWordsAreUnderstoodOrNot(CaptureKind what) {
        // given what a service of speech might write, and what it never would
        long seed = 11;
        Random random = new Random(seed);
        List<String> words = List.of(
                "one", "twenty", "+", "@", "at", "dot", ".", "-", "'", "May", "Monday", "31", "99999999999999999999", "2026-13-45", "0/0/0", "not", "yes",
                "as", "in", "for", "a", "ß", "\u0301", "\uD83D", "\uDE00", "  ", "\n", "\u0000", "double", "tomorrow", "und", "st", "e", "29", "February", "of", "00");
        Node.Capture node = node(what, "");
        for (int round = 0; round < 3_000; round++) {
            StringBuilder said = new StringBuilder();
            for (int word = random.nextInt(12); word > 0; word--) {
                said.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? " " : "");
            }
            for (String language : List.of("en-US", "de", "fr-CA", "x")) {
                // when, then: no exception, and a value that the kind allows
                Captures.ofWords(node, said.toString(), language, TODAY)
                        .ifPresent(captured -> assertTrue(
                                captured.value().asString().length() <= 400 && !captured.spoken().isEmpty(), () -> "seed " + seed + ": " + said));
            }
        }
        assertEquals(Optional.empty(), Captures.ofWords(node, "1".repeat(Captures.MAX_CHARS + 1), "en", TODAY));
    }
}
