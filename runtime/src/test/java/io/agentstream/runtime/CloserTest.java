package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CloserTest {

    @Test
    void closesInReverseOrderOnceAndGoesOnAfterAFailure() {
        List<String> closed = new ArrayList<>();
        Closer closer = new Closer();
        closer.own("first", () -> closed.add("first"));
        closer.own("broken", () -> {
            throw new IllegalStateException("cannot");
        });
        closer.own("last", () -> closed.add("last"));

        closer.close();
        closer.close();

        assertEquals(List.of("last", "first"), closed);
    }
}
