package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.worker.engine.realtime.SaidItems.Cut;
import java.util.List;
import org.junit.jupiter.api.Test;

/// An answer may have several items, each of which the service has to be told about.
final class SaidItemsTest {

    private final SaidItems items = new SaidItems();

    @Test
    void theOneThatWasCutAndThoseBehindItAreTold() {
        items.add(3, "a", 8_000);
        items.add(3, "b", 4_000);
        items.add(3, "b", 4_000);
        items.add(3, "c", 8_000);

        assertEquals(List.of(new Cut("b", 500), new Cut("c", 0)), items.cut(3, 1_500));
    }

    @Test
    void whatWasHeardWholeIsNot() {
        items.add(3, "a", 8_000);

        assertEquals(List.of(), items.cut(3, 1_000));
    }

    @Test
    void ofAnOlderTurnNothingIsKnown() {
        items.add(3, "a", 8_000);
        items.add(4, "b", 8_000);

        assertEquals(List.of(), items.cut(3, 100));
        assertEquals(List.of(new Cut("b", 100)), items.cut(4, 100));
    }

    @Test
    void tonesHaveSoundedToo() {
        items.add(3, "a", 8_000);
        items.add(3, "", 4_000);
        items.add(3, "b", 8_000);

        assertEquals(List.of(new Cut("b", 200)), items.cut(3, 1_700));
        assertEquals(List.of(new Cut("b", 0)), items.cut(3, 1_200));
    }
}
