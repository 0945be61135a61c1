package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.LoadPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a run of the bench is to do.
///
/// @param calls numbers of calls, one point each
/// @param seconds length of each measured window
/// @param ramp new calls a second
/// @param warmUpSeconds how long each thing runs, with the most calls, before the first point
/// @param only what is measured
/// @param tickUs how far apart the generator looks at its calls
/// @param loadThreads loops of the generator
/// @param lingerMs `MEDIA_LINGER`, of the system and of bare Kafka
/// @param layout how many there are of what there may be several of
/// @param environment further configuration variables of the services
record BenchSettings(
        List<Integer> calls,
        int seconds,
        double ramp,
        int warmUpSeconds,
        Set<Target> only,
        int tickUs,
        int loadThreads,
        int lingerMs,
        Layout layout,
        Map<String, String> environment,
        JvmFlags flags) {

    /// @param partitions `CALL_PARTITIONS`, of the system and of bare Kafka
    /// @param gateways calls go to them in turn
    /// @param workers they share the partitions
    /// @param sealed whether calls are sealed with keys of their own
    /// @param followers how many follow one of the calls in every other window; 0: there are no such windows
    record Layout(int partitions, int gateways, int workers, boolean sealed, int followers) {

        /// As many as one API key may have.
        private static final int MOST_FOLLOWERS = 64;

        /// As many as there are slots by default.
        private static final int MOST = 12;

        Layout {
            if (partitions < 1 || partitions > 1_000) {
                throw new IllegalArgumentException("--partitions takes a number between 1 and 1000");
            }
            if (followers < 0 || followers > MOST_FOLLOWERS) {
                throw new IllegalArgumentException("--followers takes a number between 0 and " + MOST_FOLLOWERS);
            }
            if (gateways < 1 || gateways > MOST) {
                throw new IllegalArgumentException("--gateways takes a number between 1 and " + MOST);
            }
            if (workers < 1 || workers > partitions) {
                throw new IllegalArgumentException("--workers takes a number between 1 and that of the partitions");
            }
        }
    }

    private static final int MAX_CALLS = 100_000;

    /// What `MEDIA_LINGER` takes.
    private static final int MAX_LINGER_MS = 100;

    BenchSettings {
        calls = calls.stream().sorted().distinct().toList();
        only = Set.copyOf(only);
        environment = Map.copyOf(environment);
        if (calls.isEmpty() || calls.getFirst() < 1 || calls.getLast() > MAX_CALLS) {
            throw new IllegalArgumentException("--calls takes numbers between 1 and " + MAX_CALLS);
        }
        if (seconds < 1 || seconds > 86_400) {
            throw new IllegalArgumentException("--seconds takes a number between 1 and 86400");
        }
        if (!(ramp > 0) || ramp > 10_000) {
            throw new IllegalArgumentException("--ramp takes a number above 0, up to 10000");
        }
        if (warmUpSeconds < 0 || warmUpSeconds > 3_600) {
            throw new IllegalArgumentException("--warm-up takes a number between 0 and 3600");
        }
        if (lingerMs < 0 || lingerMs > MAX_LINGER_MS) {
            throw new IllegalArgumentException("--linger takes a number between 0 and " + MAX_LINGER_MS);
        }
        LoadPlan.requireTick(tickUs);
        if (loadThreads < 1 || loadThreads > LoadPlan.MAX_THREADS) {
            throw new IllegalArgumentException("--load-threads takes a number between 1 and " + LoadPlan.MAX_THREADS);
        }
    }

    boolean measures(Target target) {
        return only.contains(target);
    }

    int mostCalls() {
        return calls.getLast();
    }

    /// As the report shows them.
    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("calls", calls);
        shown.put("seconds", seconds);
        shown.put("ramp_calls_per_second", ramp);
        shown.put("warm_up_seconds", warmUpSeconds);
        shown.put("only", only.stream().map(target -> target.name().toLowerCase(Locale.ROOT)).sorted().toList());
        shown.put("frames_per_second_each_way", 50);
        shown.put("generator_tick_us", tickUs);
        shown.put("generator_threads", loadThreads);
        shown.put("media_linger_ms", lingerMs);
        shown.put("call_partitions", layout.partitions());
        shown.put("gateways", layout.gateways());
        shown.put("workers", layout.workers());
        shown.put("sealed", layout.sealed());
        shown.put("followers", layout.followers());
        shown.put("environment", new TreeMap<>(environment));
        shown.put("jvm_flags", flags);
        shown.put("setup_ms", "from the log: `at` of offered to `at` of running");
        shown.put("first_echo_ms", "from outside: call due to be placed to its first echo");
        return shown;
    }
}
