package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.AgentUsage;
import io.agentstream.schemas.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The sum of one organisation's minute. What is put in and taken out again leaves no trace, in any order. Immutable; any thread.
///
/// @param usage the sum as it is told
/// @param forgotten runs in it that are on `runs.v1` no longer
record Minute(Usage usage, long forgotten) {

    private static final AgentUsage NO_USE = new AgentUsage(0, 0, 0, 0, "0");

    static Minute empty(long organizationId, Instant minute) {
        return new Minute(new Usage(organizationId, minute, 0, 0, 0, 0L, 0L, null, 0L, "0", null), 0);
    }

    Minute with(Share share) {
        return new Minute(add(usage, share, 1), forgotten);
    }

    Minute without(Share share) {
        return new Minute(add(usage, share, -1), forgotten);
    }

    /// @param runs how many more of its runs are on `runs.v1` no longer
    Minute forgetting(int runs) {
        return new Minute(usage, forgotten + runs);
    }

    /// Whether no run is left that could change anything here.
    boolean isForgotten() {
        return forgotten > 0 && forgotten >= usage.completed() + usage.failed();
    }

    /// @param times 1 to put the share in, -1 to take it out
    private static Usage add(Usage to, Share share, int times) {
        boolean talked = share.refused() == null;
        return new Usage(
                to.organizationId(),
                to.minute(),
                to.completed() + (share.completed() ? times : 0),
                to.failed() + (share.completed() ? 0 : times),
                to.talkMs() + times * share.talkMs(),
                count(to.offered()) + times,
                count(to.admitted()) + (talked ? times : 0),
                share.refused() == null ? to.refused() : refused(to.refused(), share.refused(), times),
                count(to.seconds()) + times * share.seconds(),
                money(to.cost(), share, times),
                agents(to.agents(), share, times));
    }

    private static long count(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    private static String money(@Nullable String sum, Share share, int times) {
        BigDecimal before = new BigDecimal(sum == null ? "0" : sum);
        BigDecimal after = times > 0 ? before.add(share.cost()) : before.subtract(share.cost());
        return after.signum() == 0 ? "0" : after.toPlainString();
    }

    private static @Nullable Map<String, Long> refused(@Nullable Map<String, Long> before, String code, int times) {
        Map<String, Long> after = before == null ? new TreeMap<>() : new TreeMap<>(before);
        after.merge(code, (long) times, Long::sum);
        after.values().removeIf(number -> number == 0);
        return after.isEmpty() ? null : after;
    }

    private static @Nullable Map<String, AgentUsage> agents(
            @Nullable Map<String, AgentUsage> before, Share share, int times) {
        Map<String, AgentUsage> after = before == null ? new TreeMap<>() : new TreeMap<>(before);
        String agent = Long.toString(share.agentId());
        AgentUsage use = Objects.requireNonNullElse(after.get(agent), NO_USE);
        AgentUsage next = new AgentUsage(
                use.completed() + (share.completed() ? times : 0),
                use.failed() + (share.completed() ? 0 : times),
                use.admitted() + (share.refused() == null ? times : 0),
                use.seconds() + times * share.seconds(),
                money(use.cost(), share, times));
        if (next.completed() == 0 && next.failed() == 0) {
            after.remove(agent);
        } else {
            after.put(agent, next);
        }
        return after.isEmpty() ? null : after;
    }
}
