package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.worker.service.Lived;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallerTurnsTest {

    private final List<Lived> told = new ArrayList<>();
    private final CallerTurns turns = new CallerTurns(new RealtimeHistory(List.of()), new SentTurns(1_000), told::add);

    @Test
    void ofTurnsWhoseWordsDoNotComeTheOldestIsGivenUp() {
        for (int turn = 1; turn <= CallerTurns.MAX_OPEN + 2; turn++) {
            turns.commits(turn);
            turns.named("item-" + turn);
        }

        turns.said("item-1", "Too late.");
        turns.said("item-3", "In time.");

        assertEquals(List.of(new Lived.CallerSaid(1, ""), new Lived.CallerSaid(2, ""), new Lived.CallerSaid(3, "In time.")), told);
    }

    @Test
    void andOfThoseThatTheServiceDoesNotTake() {
        for (int turn = 1; turn <= CallerTurns.MAX_OPEN + 1; turn++) {
            turns.commits(turn);
        }

        assertEquals(List.of(new Lived.CallerSaid(1, "")), told);
    }
}
