package io.agentstream.orchestrator.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.calllog.CallPlaces.Span;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How far a run's records are read.
final class KafkaCallLogsTest {

    private static final Instant BEGAN = Instant.parse("2026-01-02T12:00:00Z");

    private static List<Span> spans(Long endSeq) {
        return KafkaCallLogs.places(new Located(
                1, "WR-AGS-00000001", CallId.of(1, 2, 3).value(), BEGAN, BEGAN.plusSeconds(60), 3, endSeq, false, false, false, null, null, null,
                List.of(
                        new Place(Topics.CALL_LIFECYCLE.name(), 1, 10, 20), new Place(Topics.RUN_EVENTS.name(), 1, 30, 40),
                        new Place(Topics.CONVERSATION_EVENTS.name(), 1, 50, 60), new Place(Topics.SOCKET_COMMANDS.name(), 3, 70, 80))))
                .known();
    }

    @Test
    void behindTheNewestDecisionThatIsKnownThereMayBeMoreButIsNotLessReadThanUpToIt() {
        // when
        List<Span> spans = spans(9L);

        // then
        assertEquals(
                List.of(
                        new Span(Topics.CALL_LIFECYCLE.name(), 1, 10, 20L, true), new Span(Topics.RUN_EVENTS.name(), 1, 30, 40L, false),
                        new Span(Topics.CONVERSATION_EVENTS.name(), 1, 50, 60L, false), new Span(Topics.SOCKET_COMMANDS.name(), 3, 70, 80L, true)),
                spans);
    }

    @Test
    void ofACallWhoseEndNobodyReadNoPlaceIsTheEnd() {
        assertEquals(List.of(), spans(null).stream().filter(Span::isEnd).toList());
    }
}
