package io.agentstream.dev.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SampleTest {

    private static Sample with(double latenessP99, MachineFigures machine) {
        Sample good = Points.sample(50, 20, 0, 1);
        return new Sample(
                good.calls(), 10, good.rttMs(), good.frames(), new LatencyMs(0, 0, latenessP99, 0, 0), true, good.processes(),
                Optional.of(machine));
    }

    @Test
    void figuresOfAQuietMachineAndAPunctualGeneratorCount() {
        assertEquals(List.of(), with(1, new MachineFigures(2, 1.5, 0.1, 0, 0)).objections());
    }

    @Test
    void everythingThatWasWrongIsSaid() {
        Sample sample = with(7.5, new MachineFigures(2, 1.95, 0.5, 0.3, 0.1));

        assertEquals(
                List.of(
                        "the generator itself was late: p99 7.5 ms",
                        "the machine was overcommitted: 98 % busy",
                        "other programs took 25 % of the machine",
                        "programs that /proc does not show took 15 % of the machine",
                        "other machines took 5 % of this one"),
                sample.objections());
    }

    private static Sample of(Point.CallFigures calls, boolean ahead, Optional<MachineFigures> machine) {
        Sample good = Points.sample(50, 20, 0, 1);
        return new Sample(
                calls, 10, good.rttMs(), good.frames(), good.lateness(), ahead, good.processes(), machine);
    }

    @Test
    void aLoadOfWhichNotEveryCallTalkedDoesNotCount() {
        Optional<MachineFigures> quiet = Optional.of(new MachineFigures(2, 1, 0, 0, 0));

        assertEquals(
                List.of("of 50 calls 47 talked, 3 were refused and 0 failed"),
                of(new Point.CallFigures(50, 47, 3, 0, Map.of(1011, 3)), true, quiet).objections());
        assertEquals(
                List.of("of 50 calls 50 talked, 0 were refused and 2 failed"),
                of(new Point.CallFigures(50, 50, 0, 2, Map.of(1011, 2)), true, quiet).objections());
        assertEquals(
                List.of("of 50 calls 49 talked, 0 were refused and 0 failed"),
                of(new Point.CallFigures(50, 49, 0, 0, Map.of()), true, quiet).objections());
    }

    @Test
    void aMachineThatDoesNotTellAndAGeneratorThatIsNotServedFirstDoNotCount() {
        assertEquals(
                List.of(
                        "the generator waited for processors as everybody did: it may not ask to be served first (nice)",
                        "this system does not tell what else ran on it"),
                of(Point.CallFigures.allTalked(50), false, Optional.empty()).objections());
    }

    @Test
    void coresAreSharedByTheCallsThatTalked() {
        Sample half = of(new Point.CallFigures(50, 25, 25, 0, Map.of()), true, Optional.empty());

        assertEquals((0.4 + 0.01 + 0.2 + 0.2) / 25, half.coresPerCall(), 1e-9);
    }

    @Test
    void theGeneratorIsNoCostOfWhatItMeasures() {
        assertEquals((0.4 + 0.01 + 0.2 + 0.2) / 50, Points.sample(50, 20, 0, 1).coresPerCall(), 1e-9);
    }
}
