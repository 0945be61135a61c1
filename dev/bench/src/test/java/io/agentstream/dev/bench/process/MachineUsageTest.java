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
        MachineUsage before = new MachineUsage(1_000, 1_000, 100);
        MachineUsage after = new MachineUsage(3_000, 3_000, 110);

        assertEquals(2.0, after.usedCores(before, 10));
        assertEquals(0.01, after.stolenCores(before, 10));
    }

    @Test
    void whatNoProcessShowsIsTheMachinesOwnCountWithoutThem() {
        MachineUsage earlier = new MachineUsage(1_000, 5_000, 0);
        MachineUsage later = new MachineUsage(1_100, 5_350, 0);

        assertEquals(0.25, later.unseenCores(earlier, 10), 1e-9);
        assertEquals(0, new MachineUsage(1_500, 5_350, 0).unseenCores(earlier, 10), 1e-9);
    }

    @Test
    void theMachinesOwnCountIsUserNiceAndSystemTime() {
        assertEquals(10 + 20 + 30, MachineUsage.countedTicks("cpu  10 20 30 4000 50 60 70 80 0 0\ncpu0 1 1 1 1 1 1 1 1\n"));
    }

    @Test
    void nicenessIsReadBehindANameWithBlanks() {
        assertEquals(-10, ChildProcess.niceness("42 (a b) c) S 1 1 1 0 -1 4194560 1 0 0 0 10 5 0 0 10 -10 1 0 100"));
    }
}
