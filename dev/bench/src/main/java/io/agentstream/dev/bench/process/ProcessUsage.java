package io.agentstream.dev.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/// What processes used since they were started.
///
/// @param cpu user and system time
/// @param residentBytes memory they have in RAM; pages that they share count in each; 0 where the system does not tell
public record ProcessUsage(Duration cpu, long residentBytes) {

    private static final String RESIDENT = "VmRSS:";

    /// Of `roots` and of every process that they started.
    public static ProcessUsage now(Collection<ProcessHandle> roots) {
        List<ProcessHandle> all =
                roots.stream().flatMap(root -> Stream.concat(Stream.of(root), root.descendants())).toList();
        Duration cpu = all.stream()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
        return new ProcessUsage(cpu, all.stream().mapToLong(ProcessUsage::residentBytes).sum());
    }

    private static long residentBytes(ProcessHandle process) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> kibibytes(line.substring(RESIDENT.length())) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException endedOrNotLinux) {
            return 0;
        }
    }

    private static long kibibytes(String text) {
        return Long.parseLong(text.replace("kB", "").trim());
    }
}
