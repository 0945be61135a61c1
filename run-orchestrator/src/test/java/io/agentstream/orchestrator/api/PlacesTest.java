package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlacesTest {
    private final Places places = new Places();

    private List<Places.Visit> take(int count, long organization) {
        List<Places.Visit> visits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            visits.add(places.visit());
            assertTrue(visits.getLast().isAdmitted());
            assertEquals(Places.Entry.IN, visits.getLast().belongsTo(organization));
        }
        return visits;
    }

    @Test
    void leaveRoomForOthersWhateverOneOrganisationAsks() {
        // given
        take(Places.OF_ONE, 1);

        // when
        Places.Visit more = places.visit();
        Places.Visit other = places.visit();

        // then
        assertEquals(Places.Entry.TOO_MANY, more.belongsTo(1));
        assertEquals(Places.Entry.IN, other.belongsTo(2));
    }

    @Test
    void areBoundedForAllTogether() {
        // given
        take(Places.OF_ONE, 1);
        take(Places.ALL - Places.OF_ONE, 2);

        // when
        Places.Visit more = places.visit();

        // then
        assertEquals(Places.Entry.FULL, more.belongsTo(3));
    }

    @Test
    void areNotForStrangersHoweverSlowlyTheyReadTheirAnswers() {
        // given
        List<Places.Visit> strangers = new ArrayList<>();
        for (int i = 0; i < Places.STRANGERS; i++) {
            strangers.add(places.visit());
        }
        assertFalse(places.visit().isAdmitted());

        // when
        strangers.forEach(Places.Visit::isAnswered);

        // then
        take(Places.OF_ONE, 1);
        take(Places.ALL - Places.OF_ONE, 2);
        strangers.forEach(Places.Visit::close);
        assertTrue(places.visit().isAdmitted());
    }

    @Test
    void areFreeAgainOnceVisitsEnd() {
        // given
        List<Places.Visit> visits = take(Places.OF_ONE, 1);
        Places.Visit refused = places.visit();
        refused.belongsTo(1);

        // when
        visits.forEach(Places.Visit::close);
        refused.close();

        // then
        take(Places.OF_ONE, 1);
        take(Places.ALL - Places.OF_ONE, 2);
    }
}
