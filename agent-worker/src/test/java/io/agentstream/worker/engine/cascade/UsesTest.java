package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class UsesTest {

    private final Uses uses = new Uses();
    private final List<String> seen = new ArrayList<>();
    private Tools.@Nullable Listener last;

    private void begin(int turn, int number) {
        Function<Tools.Listener, Tools.Use> beginning = listener -> {
            last = listener;
            return () -> seen.add("cancelled " + turn + "/" + number);
        };
        uses.begin(turn, number, beginning, (failed, result) -> seen.add(turn + "/" + number + " " + result));
    }

    @Test
    void onlyTheOneThatIsNotWantedIsStopped() {
        begin(1, 0);
        begin(2, 0);
        begin(2, 1);

        uses.stop(2, 1);

        assertEquals(List.of("cancelled 2/1"), seen);
        uses.close();
        assertEquals(List.of("cancelled 1/0", "cancelled 2/0", "cancelled 2/1"), seen.stream().sorted().toList());
    }

    @Test
    void whatIsDoneIsNotKeptAndNotStopped() {
        begin(1, 0);

        Objects.requireNonNull(last).on(false, "done");

        assertEquals(0, uses.count());
        uses.stop(1, 0);
        uses.close();
        assertEquals(List.of("1/0 done"), seen);
    }

    @Test
    void whatIsAnsweredBeforeItHasBegunOrCannotBeginIsNotKept() {
        uses.begin(1, 0, listener -> {
            listener.on(true, "at once");
            return () -> seen.add("cancelled");
        }, (failed, result) -> seen.add(result));
        assertThrows(IllegalStateException.class, () -> uses.begin(1, 1, listener -> {
            throw new IllegalStateException();
        }, (failed, result) -> {}));

        assertEquals(0, uses.count());
        assertEquals(List.of("at once"), seen);
    }
}
