package io.agentstream.worker.engine;

import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts what the services of one conversation are used for, until it is told. Any thread. It holds as many sums as the agent has services, and
/// the uses that are under way.
public final class ServiceMeter {

    /// So much audio is worth telling by itself.
    private static final long WORTH_MS = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock, as what is below it.
    private final Map<Who, Sum> sums = new LinkedHashMap<>();
    private final Set<Use> underWay = new LinkedHashSet<>();
    private boolean anyOver;

    /// A service of the agent.
    ///
    /// @param model empty where there is nothing to choose
    /// @param fallback whether another one stands before it
    public record Who(Role role, String vendor, String model, boolean fallback) {}

    private static final class Sum {
        private long requests;
        private long untold;
        private Usage usage = Usage.NONE;

        private boolean isNothing() {
            return requests == 0 && untold == 0 && usage.equals(Usage.NONE);
        }

        private boolean isWorthTelling() {
            return usage.audioMs() >= WORTH_MS || usage.inputTokens() + usage.outputTokens() + usage.inputAudioTokens() + usage.outputAudioTokens() > 0;
        }
    }

    /// A service is used from now on by what `beginning` does. Where that throws, nothing is under way: the use is over, and what it took nobody will say.
    ///
    /// @param requests how often it is asked by that
    /// @param beginning is given the use, and returns what is under way; whoever stops that says so to the use
    public <T> T begin(Who who, int requests, Function<Use, T> beginning) {
        Use use = new Use(who);
        lock.lock();
        try {
            sums.computeIfAbsent(who, _ -> new Sum()).requests += requests;
            underWay.add(use);
        } finally {
            lock.unlock();
        }
        try {
            return beginning.apply(use);
        } catch (RuntimeException | Error failed) {
            use.stopped();
            throw failed;
        }
    }

    /// Somebody else goes on with the conversation: of what is under way, and cannot be asked what it has taken, nobody here will hear it. What can be asked goes on.
    public void leave() {
        for (Use use : copy()) {
            if (use.gauge == null) {
                use.stopped();
            }
        }
    }

    /// How many are under way.
    int underWay() {
        return copy().size();
    }

    /// What was used since this was asked last, by service.
    ///
    /// @param all whether it is to be told by all means; else only where something was done with, or an ear was given much
    public List<ServiceUse> take(boolean all) {
        for (Use use : copy()) {
            use.measure();
        }
        lock.lock();
        try {
            if (!all && !anyOver && sums.values().stream().noneMatch(Sum::isWorthTelling)) {
                return List.of();
            }
            anyOver = false;
            List<ServiceUse> told = new ArrayList<>();
            sums.forEach((who, sum) -> {
                if (!sum.isNothing()) {
                    told.add(use(who, sum));
                }
            });
            sums.clear();
            return List.copyOf(told);
        } finally {
            lock.unlock();
        }
    }

    private List<Use> copy() {
        lock.lock();
        try {
            return List.copyOf(underWay);
        } finally {
            lock.unlock();
        }
    }

    private static ServiceUse use(Who who, Sum sum) {
        Usage usage = sum.usage;
        return new ServiceUse(
                who.role(), who.vendor(), who.model().isEmpty() ? null : WellFormed.text(who.model()), who.fallback(), sum.requests, sum.untold,
                usage.inputTokens(), usage.cachedTokens(), usage.outputTokens(), usage.inputAudioTokens(), usage.outputAudioTokens(),
                usage.characters(), usage.audioMs());
    }

    /// One use of a service that is under way. Any thread.
    public final class Use {
        private final Who who;
        /// What was used for it by now, where that can be asked.
        private volatile @Nullable Supplier<Usage> gauge;
        /// Under the lock.
        private Usage known = Usage.NONE;
        private boolean over;

        private Use(Who who) {
            this.who = who;
        }

        /// @param usage says at any time, of any thread, what was used for it up to now
        public void measuredBy(Supplier<Usage> usage) {
            gauge = usage;
        }

        /// It is asked once more.
        public void again() {
            lock.lock();
            try {
                sums.computeIfAbsent(who, _ -> new Sum()).requests++;
            } finally {
                lock.unlock();
            }
        }

        /// Not under the lock: whoever is asked has one of its own.
        private void measure() {
            Supplier<Usage> now = gauge;
            if (now != null) {
                add(now.get(), false);
            }
        }

        /// It is over. What comes of it after that is not counted.
        ///
        /// @param all that was used for it; [Usage#NONE] where a service never said
        public void over(Usage all) {
            add(all, true);
        }

        /// It is not wanted any more: what it has taken is what can be asked, or what nobody will ever say.
        public void stopped() {
            Supplier<Usage> now = gauge;
            add(now == null ? Usage.NONE : now.get(), true);
        }

        private void add(Usage all, boolean last) {
            lock.lock();
            try {
                if (over) {
                    return;
                }
                Sum sum = sums.computeIfAbsent(who, _ -> new Sum());
                sum.usage = sum.usage.plus(all.minus(known));
                known = all;
                if (last) {
                    over = true;
                    anyOver = true;
                    sum.untold += who.role() == Role.BRAIN && all.equals(Usage.NONE) ? 1 : 0;
                    underWay.remove(this);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
