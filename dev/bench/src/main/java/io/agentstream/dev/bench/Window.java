package io.agentstream.dev.bench;

import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.process.MachineUsage;
import io.agentstream.dev.bench.process.ProcessUsage;
import io.agentstream.dev.bench.report.MachineFigures;
import io.agentstream.dev.bench.report.ProcessFigures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// Measures what processes use during a window of time.
final class Window {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    /// A process that is measured under a name, that others of its kind may have too, with what it started outside its own tree.
    ///
    /// @param process absent where it is none of ours: then nothing is known of its heap
    record Member(String name, Optional<ChildProcess> process, List<ProcessHandle> more) {

        Member(String name, ChildProcess process) {
            this(name, process, List.of());
        }

        Member(String name, ChildProcess process, List<ProcessHandle> more) {
            this(name, Optional.of(process), more);
        }

        /// Somebody else's process.
        Member(ProcessHandle other) {
            this("pid " + other.pid(), Optional.empty(), List.of(other));
        }

        private ProcessUsage usage() {
            List<ProcessHandle> roots = new ArrayList<>(more);
            process.ifPresent(child -> roots.add(child.handle()));
            return ProcessUsage.now(roots);
        }

        /// What its heap did since this was asked before.
        private JsonNode jvm() throws IOException, InterruptedException {
            return process.isPresent() ? process.get().ask("jvm", "", ANSWER_LIMIT) : MissingNode.getInstance();
        }
    }

    /// What was used.
    record Used(double seconds, Map<String, ProcessFigures> processes, Optional<MachineFigures> machine) {}

    private record Usage(long atNs, List<ProcessUsage> members, ProcessUsage bench, Optional<MachineUsage> machine) {

        static Usage now(List<Member> members) {
            return new Usage(
                    System.nanoTime(),
                    members.stream().map(Member::usage).toList(),
                    ProcessUsage.now(List.of(ProcessHandle.current())),
                    MachineUsage.now());
        }
    }

    private Window() {}

    static Used measure(List<Member> members, Duration length, Stop stop) throws IOException, InterruptedException {
        for (Member member : members) {
            member.jvm(); // forgets what was before
        }
        Usage before = Usage.now(members);
        stop.pause(length);
        Usage after = Usage.now(members);
        double seconds = (after.atNs() - before.atNs()) / 1e9;
        Map<String, ProcessFigures> figures = new LinkedHashMap<>();
        for (int i = 0; i < members.size(); i++) {
            JsonNode jvm = members.get(i).jvm();
            ProcessUsage end = after.members().get(i);
            Duration cpu = end.cpu().minus(before.members().get(i).cpu());
            ProcessFigures one = new ProcessFigures(
                    cpu.toNanos() / 1e9 / seconds,
                    end.residentBytes(),
                    jvm.path("allocated_bytes").asLong(0),
                    jvm.path("pauses").asInt(0),
                    jvm.path("pause_total_ms").asLong(0),
                    jvm.path("pause_max_ms").asLong(0));
            figures.merge(members.get(i).name(), one, ProcessFigures::plus);
        }
        return new Used(seconds, figures, machine(before, after, seconds));
    }

    private static Optional<MachineFigures> machine(Usage before, Usage after, double seconds) {
        if (before.machine().isEmpty() || after.machine().isEmpty()) {
            return Optional.empty();
        }
        MachineUsage start = before.machine().get();
        MachineUsage end = after.machine().get();
        // The bench's own children are among its descendants, or among the members' further processes.
        double ours = 0;
        for (int i = 0; i < before.members().size(); i++) {
            ours += cores(before.members().get(i), after.members().get(i), seconds);
        }
        double busy = end.usedCores(start, seconds);
        return Optional.of(new MachineFigures(
                Runtime.getRuntime().availableProcessors(),
                busy,
                Math.max(0, busy - ours),
                end.unseenCores(start, seconds),
                end.stolenCores(start, seconds)));
    }

    private static double cores(ProcessUsage before, ProcessUsage after, double seconds) {
        return after.cpu().minus(before.cpu()).toNanos() / 1e9 / seconds;
    }
}
