package io.agentstream.dev.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.bench.measure.EchoLedger.Arrival;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EchoLedgerTest {

    private static List<Arrival> arrivals(int... numbers) {
        EchoLedger ledger = new EchoLedger();
        return IntStream.of(numbers).mapToObj(ledger::arrived).toList();
    }

    @Test
    void risingNumbersAreInOrderAlsoWithGaps() {
        assertEquals(
                List.of(Arrival.IN_ORDER, Arrival.IN_ORDER, Arrival.IN_ORDER, Arrival.IN_ORDER), arrivals(0, 1, 5, 500));
    }

    @Test
    void anOvertakenFrameIsLateOnceAndThenADuplicate() {
        assertEquals(
                List.of(Arrival.IN_ORDER, Arrival.IN_ORDER, Arrival.LATE, Arrival.DUPLICATE), arrivals(0, 2, 1, 1));
    }

    @Test
    void theSameFrameAgainIsADuplicate() {
        assertEquals(List.of(Arrival.IN_ORDER, Arrival.DUPLICATE), arrivals(7, 7));
    }

    @Test
    void aGapOfMoreThanAWordForgetsWhatWasBefore() {
        assertEquals(List.of(Arrival.IN_ORDER, Arrival.IN_ORDER, Arrival.LATE), arrivals(0, 64, 1));
    }

    @Test
    void whatIsTooOldToKnowCountsAsLate() {
        assertEquals(List.of(Arrival.IN_ORDER, Arrival.LATE, Arrival.LATE), arrivals(100, 10, 10));
    }
}
