package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CallersTest {
    private static final Users.Caller KNOWN = new Users.Caller(1, 2, 3, Scope.ADMIN);

    private final ApiKeys keys = new ApiKeys(new SecureRandom());
    private final Secret known = keys.generate();
    private final List<Set<String>> lookups = new CopyOnWriteArrayList<>();
    private final List<Set<Long>> used = new CopyOnWriteArrayList<>();
    private volatile boolean noted;
    private final Semaphore answers = new Semaphore(0);
    private final Callers callers = new Callers(hashes -> {
        lookups.add(hashes);
        answers.acquireUninterruptibly();
        String hash = HexFormat.of().formatHex(ApiKeys.hash(known));
        return hashes.contains(hash) ? Map.of(hash, new Users.Opened(KNOWN, noted)) : Map.of();
    }, used::add);

    @AfterEach
    void stop() {
        callers.close();
    }

    @Test
    void askOnceForAllThatCameMeanwhile() throws Exception {
        // given
        List<Future<Optional<Users.Caller>>> invented = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            invented.add(threads.submit(() -> callers.of(keys.generate())));
            await(() -> lookups.size() == 1);
            Future<Optional<Users.Caller>> right = threads.submit(() -> callers.of(known));
            for (int i = 2; i < Places.ALL; i++) {
                invented.add(threads.submit(() -> callers.of(keys.generate())));
            }
            await(() -> callers.waiting() == Places.ALL - 1);

            // when
            answers.release(2);

            // then
            assertEquals(Optional.of(KNOWN), right.get(10, TimeUnit.SECONDS));
            for (Future<Optional<Users.Caller>> caller : invented) {
                assertEquals(Optional.empty(), caller.get(10, TimeUnit.SECONDS));
            }
            assertEquals(List.of(1, Places.ALL - 1), lookups.stream().map(Set::size).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "nonsense", "ags_", "ags_00000000000000000000000000000000000000000001",
                "ags_000000000000000000000000000000000000000000B"
            })
    void askNobodyAboutWhatCannotBeAKey(String text) throws Exception {
        // when
        Optional<Users.Caller> caller = callers.of(new Secret(text));

        // then
        assertEquals(Optional.empty(), caller);
        assertEquals(List.of(), lookups);
    }

    @Test
    void noteTheUseOfAKeyUnlessItWasNotedWithinTheMinute() throws Exception {
        // given
        answers.release(3);
        callers.of(known);
        await(() -> used.size() == 1);
        noted = true;

        // when
        callers.of(known);
        callers.of(keys.generate());

        // then
        assertEquals(List.of(Set.of(3L)), used);
    }

    @Test
    void answerAlsoWhereAUseCannotBeNoted() throws Exception {
        // given
        String hash = HexFormat.of().formatHex(ApiKeys.hash(known));
        try (Callers forgetful = new Callers(_ -> Map.of(hash, new Users.Opened(KNOWN, false)), _ -> {
            throw new IllegalStateException("read only");
        })) {
            // then
            assertEquals(Optional.of(KNOWN), forgetful.of(known));
            assertEquals(Optional.of(KNOWN), forgetful.of(known));
        }
    }

    @Test
    void saySoWhenItCannotBeFoundOut() {
        // given
        try (Callers broken = new Callers(_ -> {
            throw new IllegalStateException("away");
        }, used::add)) {
            // then
            assertThrows(IllegalStateException.class, () -> broken.of(known));
            assertThrows(IllegalStateException.class, () -> broken.of(known));
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 10 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
