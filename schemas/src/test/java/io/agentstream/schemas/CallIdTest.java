package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CallIdTest {

    @Test
    void isAVersionSevenUuidThatSortsByTime() {
        CallId earlier = CallId.of(1_700_000_000_000L, -1, -1);
        CallId later = CallId.of(1_700_000_000_001L, 0, 0);

        assertEquals(7, earlier.value().version());
        assertEquals(2, earlier.value().variant());
        assertTrue(earlier.toString().compareTo(later.toString()) < 0);
    }

    @Test
    void keyAndTextAreTheSameCharacters() {
        CallId call = CallId.of(1_700_000_000_000L, 1, 2);

        assertEquals(Optional.of(call), CallId.fromKey(call.toKey()));
        assertEquals(Optional.of(call), CallId.parse(call.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1-1-1-1-1", "019ac0de-0000-7000-8000-00000000002", "019ac0de-0000-7000-8000-0000000000zz"})
    void foreignTextIsNoCall(String text) {
        assertEquals(Optional.empty(), CallId.parse(text));
    }
}
