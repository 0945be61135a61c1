package io.agentstream.worker;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps stored keys in memory for [#FRESH_MS], so that not every connection asks for one, and one that was changed or withdrawn is gone soon.
/// That there is none is believed for [#NONE_MS] only: somebody may be storing it. Where nobody can be asked, what was known last holds for
/// [#STALE_MS], without a second try for [#AWAY_MS]: an orchestrator that is away stops no call, and delays none for long. Of several that want
/// the same key at once, one asks. Any thread.
final class RememberedKeys implements StoredKeys {

    private static final Logger log = LoggerFactory.getLogger(RememberedKeys.class);

    static final long FRESH_MS = 300_000;
    static final long NONE_MS = 10_000;
    static final long STALE_MS = 3_600_000;
    static final long AWAY_MS = 500;
    static final int CAPACITY = 10_000;

    /// Longer than asking may take.
    private static final long WAIT_MS = 5_000;

    private final StoredKeys keys;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock; the least used first.
    private final Map<Name, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, Known> eldest) {
            return size() > CAPACITY;
        }
    };
    private final Map<Name, CompletableFuture<Optional<Secret>>> underWay = new ConcurrentHashMap<>();

    private volatile long awayUntilMs;

    private record Name(long organizationId, String name) {}

    private record Known(Optional<Secret> key, long atMs) {
        boolean isFresh(long nowMs) {
            return nowMs - atMs < (key.isPresent() ? FRESH_MS : NONE_MS);
        }
    }

    RememberedKeys(StoredKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public Optional<Secret> find(long organizationId, String name) {
        Name of = new Name(organizationId, name);
        Known last = known(of);
        if (last != null && last.isFresh(clock.millis())) {
            return last.key();
        }
        try {
            if (clock.millis() < awayUntilMs) {
                throw new KeySource.UnreachableException(new TimeoutException("asked in vain a moment ago"));
            }
            return ask(of);
        } catch (KeySource.UnreachableException away) {
            if (last != null && clock.millis() - last.atMs() < STALE_MS) {
                return last.key();
            }
            throw away;
        }
    }

    private Optional<Secret> ask(Name of) {
        CompletableFuture<Optional<Secret>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Secret>> others = underWay.putIfAbsent(of, mine);
        if (others != null) {
            return awaited(others);
        }
        try {
            Optional<Secret> key = keys.find(of.organizationId(), of.name());
            keep(of, new Known(key, clock.millis()));
            mine.complete(key);
            return key;
        } catch (RuntimeException failure) {
            awayUntilMs = clock.millis() + AWAY_MS;
            log.atWarn().addKeyValue("failure", Causes.of(failure))
                    .log("orchestrators cannot be asked for stored keys; those that are known go on being used");
            mine.completeExceptionally(failure);
            throw failure;
        } finally {
            underWay.remove(of, mine);
        }
    }

    private static Optional<Secret> awaited(CompletableFuture<Optional<Secret>> others) {
        try {
            return others.orTimeout(WAIT_MS, TimeUnit.MILLISECONDS).join();
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause();
            throw cause instanceof KeySource.UnreachableException away ? away : new KeySource.UnreachableException(
                    cause == null ? new TimeoutException() : cause);
        }
    }

    private @Nullable Known known(Name of) {
        lock.lock();
        try {
            return known.get(of);
        } finally {
            lock.unlock();
        }
    }

    private void keep(Name of, Known what) {
        lock.lock();
        try {
            known.put(of, what);
        } finally {
            lock.unlock();
        }
    }
}
