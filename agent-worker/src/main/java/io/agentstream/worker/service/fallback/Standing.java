package io.agentstream.worker.service.fallback;

import io.agentstream.worker.service.ServiceFailure;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

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

    public Chain chain() {
        return chain;
    }

    /// @return who is to be asked; nothing where all were tried
    OptionalInt ask(Set<Integer> tried) {
        long nowMs = clockMs.getAsLong();
        lock.lock();
        try {
            OptionalInt member = chain.choose(nowMs, tried);
            member.ifPresent(chosen -> chain = chain.asked(chosen, nowMs));
            return member;
        } finally {
            lock.unlock();
        }
    }

    void succeeded(int member) {
        change(now -> now.succeeded(member));
    }

    void failed(int member, ServiceFailure failure) {
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
