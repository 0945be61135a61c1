package io.agentstream.dev.bench.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MachineUsageTest {

    @Test
    void aProcessCountsWithTheChildrenThatEnded() {
        String stat = "4242 (a (strange) name) S 1 4242 4242 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 12 0 1000 1 2 3";

        assertEquals(11 + 22 + 33 + 44, MachineUsage.processTicks(stat));
    }

    @Test
    void stolenTimeIsTheEighthNumber() {
        assertEquals(8, MachineUsage.stolenTicks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n"));
    }

    @Test
    void coresAreTicksOverSeconds() {
        MachineUsage before = new MachineUsage(1_000, 100);
        MachineUsage after = new MachineUsage(3_000, 110);

        assertEquals(2.0, after.usedCores(before, 10));
        assertEquals(0.01, after.stolenCores(before, 10));
    }
}
