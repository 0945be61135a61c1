package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A node that asks for a value, understands it and reads it back.
class CaptureTest {

    private static final String NODES = """
            "settings": {"time_zone": "UTC"},
            "nodes": {
              "start": {"type": "capture", "what": "%s", "into": "value", "say": "Please tell me.", "again": "Once more, please.",
                        "silence_ms": 5000, %s "edges": [{"on": "limit", "go": "left"}%s], "next": "end"},
              "left": {"type": "hangup", "say": "Never mind.", "outcome": "left"},
              "other": {"type": "hangup", "say": "Something else."},
              "end": {"type": "hangup", "say": "Goodbye.", "outcome": "done"}}""";

    private static Story asking(String what, String more) {
        return Story.of(NODES.formatted(what, more, ""));
    }

    private static String value(World world) {
        return Story.variables(world).path("value").asString("");
    }

    @Test
    void aNumberIsReadBackAndKeptOnceItIsConfirmedWhoeverHoldsTheCall() throws Exception {
        World world = asking("digits", "\"min\": 4, \"max\": 6,").alike(Story::outcome, "It is four seven one one.", "Yes, that is right.");

        assertEquals("4711", value(world));
        assertEquals(List.of("Please tell me.", "I have understood 4 7 1, 1.", "Is that right?", "Goodbye."), Story.spoken(world));
    }

    @Test
    void aNumberCanBeKeyedInAndConfirmedByKeys() throws Exception {
        World world = asking("digits", "\"min\": 4, \"max\": 6,").alike(Story::outcome, "4", "7", "1", "1", "#", "1");

        assertEquals("4711", value(world));
    }

    @Test
    void keysThatStopComingAreTheAnswer() {
        World world = asking("digits", "\"min\": 2, \"max\": 6, \"read_back\": false,").play("4", "7");

        assertEquals("47", value(world));
    }

    @Test
    void whoDeniesIsAskedAgainAndWhoCorrectsIsReadTheCorrection() throws Exception {
        Story story = asking("digits", "\"min\": 2, \"max\": 6,");

        World denied = story.alike(Story::outcome, "One two.", "No.", "One three.", "Yes.");
        World corrected = story.alike(Story::outcome, "One two.", "No, one four.", "Yes.");

        assertEquals("13", value(denied));
        assertTrue(Story.spoken(denied).contains("Once more, please."));
        assertEquals("14", value(corrected));
        assertFalse(Story.spoken(corrected).contains("Once more, please."));
    }

    @Test
    void anAnswerToTheReadBackThatIsNeitherIsAskedForAgain() {
        World world = asking("digits", "\"min\": 2, \"max\": 6,").play("One two.", "What do you mean?", "Yes.");

        assertEquals(2, Story.spoken(world).stream().filter("Is that right?"::equals).count());
        assertEquals("12", value(world));
    }

    @Test
    void whatIsNotUnderstoodIsAskedForAsOftenAsItMayBe() {
        World world = asking("digits", "\"min\": 2, \"max\": 6, \"attempts\": 2,").play("I have it here somewhere.", "Wait a moment.");

        assertEquals(List.of("Please tell me.", "Once more, please.", "Never mind."), Story.spoken(world));
    }

    @Test
    void everyKindIsUnderstood() throws Exception {
        assertEquals("2027-05-03", value(asking("date", "\"read_back\": false,").alike(Story::outcome, "On the third of May 2027.")));
        assertEquals("true", value(asking("yes_no", "").alike(Story::outcome, "Yes please.")));
        assertEquals("false", value(asking("yes_no", "").alike(Story::outcome, "2")));
        assertEquals("+15550100200", value(asking("phone", "\"read_back\": false,").play("five five five zero one zero zero two zero zero")));
        assertEquals("ada@example.com", value(asking("email", "\"read_back\": false,").play("ada at example dot com")));
        assertEquals("Ada Lovelace", value(asking("name", "\"read_back\": false,").play("My name is Ada Lovelace.")));
    }

    @Test
    void silenceAsksAgainAndInTheReadBackReadsBackAgain() {
        World silent = asking("digits", "\"min\": 2, \"max\": 6,").play("");
        World unconfirmed = asking("digits", "\"min\": 2, \"max\": 6,").play("One two.", "");

        assertEquals(List.of("Please tell me.", "Once more, please.", "Once more, please.", "Never mind."), Story.spoken(silent));
        assertEquals(3, Story.spoken(unconfirmed).stream().filter("Is that right?"::equals).count());
        assertEquals("", value(unconfirmed));
    }

    @Test
    void aKeyWithAnEdgeLeadsElsewhere() {
        World world = Story.of(NODES.formatted("digits", "", ", {\"on\": \"key\", \"key\": \"*\", \"go\": \"other\"}")).play("4", "*");

        assertEquals("Something else.", Story.spoken(world).getLast());
    }

    @Test
    void whoCannotBeHeardIsToldWhichKeysConfirm() {
        World world = Story.deaf(NODES.formatted("digits", "\"min\": 2, \"max\": 2,", "")).play("4", "7", "1");

        assertTrue(Story.spoken(world).contains("Press one for yes, or two for no."), () -> Story.spoken(world).toString());
        assertEquals("47", value(world));
    }

    @Test
    void anAnswerThatIsNotConfirmedYetIsNoVariable() {
        World world = asking("digits", "\"min\": 2, \"max\": 6, \"attempts\": 1,").play("One two.", "No.");

        assertEquals("", value(world));
        assertEquals("left", Story.memory(world).path("node").asString());
    }
}
