package io.agentstream.worker.service.fallback;

import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Empty;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Who of a row of services is asked next. The first that stands is; one that failed by itself rests for a while, then one request is let through
/// to it, and whether that succeeds decides for the others. Pure and immutable.
public record Chain(List<Health> members) {

    static final long REFUSED_MS = 300_000;
    static final long BUSY_MS = 5_000;
    static final long FIRST_MS = 10_000;
    static final long LONGEST_MS = 300_000;
    /// How long others keep away while one request tries: longer than it may take until something is heard.
    static final long PROBE_MS = 15_000;

    /// @param failures in a row
    /// @param restsUntilMs not asked before this; 0 where it stands
    public record Health(int failures, long restsUntilMs) {
        static final Health WELL = new Health(0, 0);
    }

    public Chain {
        members = List.copyOf(members);
    }

    public static Chain of(int members) {
        return new Chain(Collections.nCopies(members, Health.WELL));
    }

    /// @param tried those that the same request was given to before
    /// @return the first that does not rest; where all rest, the one that has rested longest of what it should: somebody is waiting
    public OptionalInt choose(long nowMs, Set<Integer> tried) {
        OptionalInt soonest = OptionalInt.empty();
        for (int i = 0; i < members.size(); i++) {
            if (tried.contains(i)) {
                continue;
            }
            long untilMs = members.get(i).restsUntilMs();
            if (untilMs <= nowMs) {
                return OptionalInt.of(i);
            }
            if (soonest.isEmpty() || untilMs < members.get(soonest.getAsInt()).restsUntilMs()) {
                soonest = OptionalInt.of(i);
            }
        }
        return soonest;
    }

    /// It is being asked: where it has failed before, others do not ask it until it is known how that ends.
    public Chain asked(int member, long nowMs) {
        Health health = members.get(member);
        return health.failures() == 0 ? this : with(member, new Health(health.failures(), nowMs + PROBE_MS));
    }

    public Chain succeeded(int member) {
        return members.get(member).equals(Health.WELL) ? this : with(member, Health.WELL);
    }

    /// A request that it does not take says nothing of how it would take another one: it stands as it stood, and who tries it still tries it.
    public Chain failed(int member, ServiceFailure failure, long nowMs) {
        if (failure instanceof Refused refused && refused.request()) {
            return this;
        }
        int failures = Math.min(members.get(member).failures() + 1, 30);
        long restMs = switch (failure) {
            case Refused _ -> REFUSED_MS;
            case Busy busy -> Math.clamp(busy.retryAfterMs(), BUSY_MS, LONGEST_MS);
            case Broken _, Silent _, Empty _ -> Math.min(LONGEST_MS, FIRST_MS << Math.min(failures - 1, 10));
        };
        return with(member, new Health(failures, nowMs + restMs));
    }

    private Chain with(int member, Health health) {
        List<Health> changed = new ArrayList<>(members);
        changed.set(member, health);
        return new Chain(changed);
    }
}
