package io.agentstream.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StretchTest {

    private static final Instant UNTIL = Instant.ofEpochMilli(100_000);

    private static CallId call(long ms) {
        return CallId.of(ms, 0, 0);
    }

    @Test
    void holdsTheCallsOfItsTimeOnly() {
        Stretch stretch = new Stretch(call(1_000), UNTIL, 100);

        for (long ms : new long[] {999, 1_000, 99_999, 100_000}) {
            stretch.add(call(ms), call -> call.number(1));
        }

        assertEquals(List.of(call(1_000), call(99_999)), stretch.calls().stream().map(call -> call.callId).toList());
        assertNull(stretch.limit());
    }

    /// What is let go of is looked at in the next stretch, from its first record on: what comes of it here is passed over.
    @Test
    void letsGoOfTheLatestWhereTheyAreTooMany() {
        Stretch stretch = new Stretch(call(0), UNTIL, 6);

        for (long ms = 10; ms > 0; ms--) {
            stretch.add(call(ms), call -> call.number(1));
        }
        stretch.add(call(4), call -> call.number(2));

        assertEquals(List.of(call(1), call(2), call(3)), stretch.calls().stream().map(call -> call.callId).toList());
        assertEquals(call(4), stretch.limit());
    }

    @Test
    void aCallWithManyGapsTakesTheRoomOfMany() {
        Stretch stretch = new Stretch(call(0), UNTIL, 6);
        stretch.add(call(1), call -> call.number(1));
        stretch.add(call(2), call -> call.number(1));

        for (long number = 1; number < 20; number += 2) {
            long odd = number;
            stretch.add(call(1), call -> call.number(odd));
        }

        assertEquals(1, stretch.calls().size());
        assertEquals(call(2), stretch.limit());
    }
}
