package io.agentstream.dev.bench;

import java.util.ArrayList;
import java.util.List;

/// The flags of the JVMs. Those of the services are what we recommend for production.
///
/// @param service gateway and worker, and the bare ones in their place
/// @param orchestrator which compiles once, and not again for speed: it works for milliseconds a call, and a compiler that takes a
///     processor meanwhile keeps calls waiting
/// @param broker the embedded broker
/// @param tool whatever is only there for the measurement. Callers keep all that they hear; where that is too much, they say so instead of
///     measuring their own collector
record JvmFlags(List<String> service, List<String> orchestrator, List<String> broker, List<String> tool) {

    private static final List<String> ALWAYS = List.of(
            "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    /// @param more flags for services and broker, after the recommended ones
    static JvmFlags recommended(List<String> more) {
        return new JvmFlags(
                flags(List.of("-XX:+UseG1GC", "-Xms256m", "-Xmx512m"), more),
                flags(List.of("-XX:+UseG1GC", "-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1"), more),
                flags(List.of("-XX:+UseG1GC", "-Xms512m", "-Xmx512m"), more),
                flags(List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx1g", "-XX:+ExitOnOutOfMemoryError"), List.of()));
    }

    private static boolean isCollector(String flag) {
        return flag.matches("-XX:\\+Use\\w+GC");
    }

    private static List<String> flags(List<String> own, List<String> more) {
        List<String> all = new ArrayList<>(own);
        // A JVM takes one collector.
        if (more.stream().anyMatch(JvmFlags::isCollector)) {
            all.removeIf(JvmFlags::isCollector);
        }
        all.addAll(ALWAYS);
        all.addAll(more);
        return List.copyOf(all);
    }
}
