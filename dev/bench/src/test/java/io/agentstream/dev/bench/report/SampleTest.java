package io.agentstream.dev.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SampleTest {

    private static Sample with(double latenessP99, MachineFigures machine) {
        Sample good = Points.sample(50, 20, 0, 1);
        return new Sample(
                50, 10, good.rttMs(), good.frames(), new LatencyMs(0, 0, latenessP99, 0, 0), good.processes(),
                Optional.of(machine));
    }

    @Test
    void figuresOfAQuietMachineAndAPunctualGeneratorCount() {
        assertEquals(List.of(), with(1, new MachineFigures(2, 1.5, 0.1, 0)).objections());
    }

    @Test
    void everythingThatWasWrongIsSaid() {
        Sample sample = with(7.5, new MachineFigures(2, 1.95, 0.5, 0.1));

        assertEquals(
                List.of(
                        "the generator itself was late: p99 7.5 ms",
                        "the machine was overcommitted: 98 % busy",
                        "other programs took 25 % of the machine",
                        "other machines took 5 % of this one"),
                sample.objections());
    }

    @Test
    void theGeneratorIsNoCostOfWhatItMeasures() {
        assertEquals((0.4 + 0.01 + 0.2 + 0.2) / 50, Points.sample(50, 20, 0, 1).coresPerCall(), 1e-9);
    }
}
