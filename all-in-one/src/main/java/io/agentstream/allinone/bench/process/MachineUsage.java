package io.agentstream.allinone.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What all processes on the machine together used of its processors since it was started.
///
/// @param busyTicks user, system and interrupts
/// @param stolenTicks what the hypervisor gave to other machines
/// @param allTicks everything, idle included
public record MachineUsage(long busyTicks, long stolenTicks, long allTicks) {

    private static final Path STAT = Path.of("/proc/stat");
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int STEAL = 7;
    /// Guest time is part of user time already.
    private static final int COLUMNS = 8;

    /// The usage now, or nothing where the system does not tell.
    public static Optional<MachineUsage> now() {
        try (var lines = Files.lines(STAT)) {
            return lines.findFirst().flatMap(MachineUsage::parse);
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    static Optional<MachineUsage> parse(String line) {
        List<String> words = List.of(line.trim().split("\\s+"));
        if (words.size() < COLUMNS + 1 || !words.getFirst().equals("cpu")) {
            return Optional.empty();
        }
        long all = 0;
        for (int i = 0; i < COLUMNS; i++) {
            all += Long.parseLong(words.get(i + 1));
        }
        long stolen = Long.parseLong(words.get(STEAL + 1));
        long idle = Long.parseLong(words.get(IDLE + 1)) + Long.parseLong(words.get(IO_WAIT + 1));
        return Optional.of(new MachineUsage(all - idle - stolen, stolen, all));
    }

    /// What was used between `earlier` and this.
    public MachineUsage since(MachineUsage earlier) {
        return new MachineUsage(
                busyTicks - earlier.busyTicks, stolenTicks - earlier.stolenTicks, allTicks - earlier.allTicks);
    }

    /// 0 to 1 of all processors together.
    public double busyShare() {
        return allTicks == 0 ? 0 : (double) busyTicks / allTicks;
    }

    /// 0 to 1 of all processors together.
    public double stolenShare() {
        return allTicks == 0 ? 0 : (double) stolenTicks / allTicks;
    }
}
