package io.agentstream.dev.bench.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What all processes on the machine together used of its processors since it was started, in the hundredths of a second that
/// Linux counts in.
///
/// It is the sum over the processes, because the machine's own count samples who runs when the clock ticks, and misses programs
/// that wake up with the clock. A process that ends hands its sum to its parent, so the total does not shrink.
///
/// @param usedTicks by all processes that are shown
/// @param countedTicks the machine's own count of what programs used, without interrupts; misses some, but sees everybody
/// @param stolenTicks what the hypervisor gave to other machines
public record MachineUsage(long usedTicks, long countedTicks, long stolenTicks) {

    private static final double TICKS_PER_SECOND = 100.0;
    private static final Path PROC = Path.of("/proc");
    private static final int STEAL_WORD = 8;
    /// User and system time, own and of children that ended; counted after the name, which may hold blanks.
    private static final int FIRST_TIME_WORD = 11;
    private static final int TIME_WORDS = 4;

    /// The usage now, or nothing where the system does not tell.
    public static Optional<MachineUsage> now() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            long used = 0;
            for (Path process : processes) {
                used += usedTicks(process.resolve("stat"));
            }
            String machine = Files.readString(PROC.resolve("stat"));
            return Optional.of(new MachineUsage(used, countedTicks(machine), stolenTicks(machine)));
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    private static long usedTicks(Path stat) {
        try {
            return processTicks(Files.readString(stat));
        } catch (IOException ended) {
            return 0;
        }
    }

    static long processTicks(String stat) {
        List<String> words = words(stat.substring(stat.lastIndexOf(')') + 1));
        return words.subList(FIRST_TIME_WORD, FIRST_TIME_WORD + TIME_WORDS).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    static long stolenTicks(String stat) {
        List<String> words = words(stat.lines().findFirst().orElse(""));
        return words.size() > STEAL_WORD ? Long.parseLong(words.get(STEAL_WORD)) : 0;
    }

    /// User, nice and system time of all processors together.
    static long countedTicks(String stat) {
        List<String> words = words(stat.lines().findFirst().orElse(""));
        return words.size() > STEAL_WORD
                ? words.subList(1, 4).stream().mapToLong(Long::parseLong).sum()
                : 0;
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+", -1));
    }

    /// Processors that were kept busy since `earlier`.
    public double usedCores(MachineUsage earlier, double seconds) {
        return Math.max(0, usedTicks - earlier.usedTicks) / TICKS_PER_SECOND / seconds;
    }

    /// Processors that were kept busy since `earlier` by what no process shows.
    public double unseenCores(MachineUsage earlier, double seconds) {
        double counted = (countedTicks - earlier.countedTicks) / TICKS_PER_SECOND / seconds;
        return Math.max(0, counted - usedCores(earlier, seconds));
    }

    /// Processors that other machines had of ours since `earlier`.
    public double stolenCores(MachineUsage earlier, double seconds) {
        return (stolenTicks - earlier.stolenTicks) / TICKS_PER_SECOND / seconds;
    }
}
