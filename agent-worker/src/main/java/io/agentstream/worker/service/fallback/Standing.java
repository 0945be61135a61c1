package io.agentstream.worker.service.fallback;

import io.agentstream.worker.service.ServiceFailure;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How the services of a row stand at the moment, shared by all conversations that use the same row with the same keys. Any thread.
public final class Standing {

    private final ReentrantLock lock = new ReentrantLock();
    private final LongSupplier clockMs;
    /// Written under the lock.
    private volatile Chain chain;

    /// @param members how many services there are
    /// @param clockMs time that only goes forward
    public Standing(int members, LongSupplier clockMs) {
        this.chain = Chain.of(members);
        this.clockMs = clockMs;
    }

    /// Whether this one is to be asked now by somebody who has asked all before it in vain. Where it is not, one behind it stands.
    public boolean mayAsk(int member) {
        long nowMs = clockMs.getAsLong();
        lock.lock();
        try {
            Set<Integer> before = IntStream.range(0, member).boxed().collect(Collectors.toSet());
            boolean isNext = chain.choose(nowMs, before).equals(OptionalInt.of(member));
            if (isNext) {
                chain = chain.asked(member, nowMs);
            }
            return isNext;
        } finally {
            lock.unlock();
        }
    }

    public void succeeded(int member) {
        if (chain.members().get(member).failures() > 0) {
            change(now -> now.succeeded(member));
        }
    }

    public void failed(int member, ServiceFailure failure) {
        long nowMs = clockMs.getAsLong();
        change(now -> now.failed(member, failure, nowMs));
    }

    private void change(UnaryOperator<Chain> how) {
        lock.lock();
        try {
            chain = how.apply(chain);
        } finally {
            lock.unlock();
        }
    }
}
