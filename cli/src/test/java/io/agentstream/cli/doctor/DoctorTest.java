package io.agentstream.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class DoctorTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");

    private static Check check(String about, Callable<List<Finding>> look) {
        return new Check() {
            @Override
            public String about() {
                return about;
            }

            @Override
            public List<Finding> look() throws Exception {
                return look.call();
            }
        };
    }

    @Test
    void goesOnWhereAChecksFailsOrHangs() throws Exception {
        // given
        CountDownLatch never = new CountDownLatch(1);
        Doctor doctor = new Doctor(
                List.of(
                        check("broken", () -> {
                            throw new IllegalStateException("it is broken");
                        }),
                        check("hanging", () -> {
                            never.await();
                            return List.of();
                        }),
                        check("well", () -> List.of(Finding.ok("well", "is well")))),
                Duration.ofSeconds(1));
        List<String> lines = new ArrayList<>();

        // when
        doctor.look(finding -> lines.add(finding.line()));

        // then
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).startsWith("WRONG  broken: could not be looked at") && lines.get(0).contains("it is broken"), lines.get(0));
        assertTrue(lines.get(1).startsWith("WRONG  hanging: took longer than 1 s"), lines.get(1));
        assertEquals("ok     well: is well", lines.get(2));
    }

    @Test
    void comparesClocks() {
        assertTrue(Clocks.compare("x", NOW, NOW, NOW, Duration.ZERO).isOk());
        assertTrue(Clocks.compare("x", NOW.minusSeconds(3), NOW, NOW, Duration.ofSeconds(1)).isOk());
        assertEquals(
                "x is 30 s ahead of this machine", Clocks.compare("x", NOW.plusSeconds(30), NOW, NOW, Duration.ZERO).says());
        assertEquals(
                "x is 30 s behind this machine", Clocks.compare("x", NOW.minusSeconds(30), NOW, NOW, Duration.ZERO).says());
        assertTrue(Clocks.compareDate("x", "no date", NOW, NOW).isEmpty());
        assertFalse(Clocks.compareDate("x", "Thu, 01 Jan 2026 00:01:00 GMT", NOW, NOW).orElseThrow().isOk());
    }

    @Test
    void saysWhereADiskIsFull() throws Exception {
        String full = new DiskCheck(Path.of("."), Long.MAX_VALUE).look().getFirst().line();

        assertTrue(full.startsWith("WRONG  disk: ") && full.endsWith("To do: make room"), full);
        assertTrue(new DiskCheck(Path.of("."), 1).look().getFirst().isOk());
        assertFalse(KafkaCheck.disk(1, 5, 100).isOk());
        assertTrue(KafkaCheck.disk(1, 50, 100).isOk());
    }
}
