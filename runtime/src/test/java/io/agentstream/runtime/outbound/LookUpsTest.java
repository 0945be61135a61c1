package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LookUpsTest {

    @Test
    void findsWhatTheMachineFinds() throws UnknownHostException {
        InetAddress[] addresses = {InetAddress.getByName("192.0.2.1")};
        try (LookUps names = new LookUps(_ -> addresses, 10_000)) {
            assertArrayEquals(addresses, names.of(1).resolve("example.com"));
        }
    }

    @Test
    void aResolverThatDoesNotAnswerIsNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        try (LookUps names = new LookUps(_ -> wait(never), 20)) {
            assertThrows(UnknownHostException.class, () -> names.of(1).resolve("slow.example"));
        } finally {
            never.countDown();
        }
    }

    @Test
    void whereAllThreadsWaitTheNextOneIsTurnedAway() {
        CountDownLatch never = new CountDownLatch(1);
        try (LookUps names = new LookUps(_ -> wait(never), 1)) {
            for (int i = 0; i < LookUps.MAX_UNDER_WAY; i++) {
                String name = i + ".example";
                AddressGuard.Resolver own = names.of(i);
                assertThrows(UnknownHostException.class, () -> own.resolve(name));
            }

            UnknownHostException full = assertThrows(UnknownHostException.class, () -> names.of(99).resolve("one.example"));

            assertEquals("too many names are being looked up", full.getMessage());
        } finally {
            never.countDown();
        }
    }

    @Test
    void whoseNamesDoNotResolveHoldsNobodyElseUp() throws UnknownHostException {
        InetAddress[] addresses = {InetAddress.getByName("192.0.2.1")};
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger refused = new AtomicInteger();
        try (LookUps names = new LookUps(name -> name.startsWith("slow") ? wait(never) : addresses, 20_000)) {
            for (int i = 0; i < LookUps.MAX_UNDER_WAY; i++) {
                String name = "slow" + i + ".example";
                Thread.ofVirtual().start(() -> {
                    UnknownHostException why = assertThrows(UnknownHostException.class, () -> names.of(1).resolve(name));
                    refused.addAndGet(why.getMessage().equals("too many names of one organisation are being looked up") ? 1 : 0);
                });
            }
            await("its share is used up", () -> refused.get() == LookUps.MAX_UNDER_WAY - LookUps.SHARE);

            assertArrayEquals(addresses, names.of(2).resolve("example.com"));
        } finally {
            never.countDown();
        }
    }

    @Test
    void aNameThatIsBeingLookedUpIsLookedUpOnce() throws Exception {
        InetAddress[] addresses = {InetAddress.getByName("192.0.2.1")};
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        try (LookUps names = new LookUps(
                _ -> {
                    times.incrementAndGet();
                    asked.countDown();
                    await(answered);
                    return addresses;
                },
                20_000)) {
            List<FutureTask<InetAddress[]>> calls = IntStream.range(0, LookUps.SHARE * 2)
                    .mapToObj(_ -> new FutureTask<>(() -> names.of(1).resolve("api.example")))
                    .toList();
            List<Thread> threads = calls.stream().map(call -> Thread.ofVirtual().start(call)).toList();
            asked.await();
            await("all wait for the one answer", () -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));

            answered.countDown();

            for (FutureTask<InetAddress[]> call : calls) {
                assertArrayEquals(addresses, call.get(20, TimeUnit.SECONDS));
            }
            assertEquals(1, times.get());
        }
    }

    private static InetAddress[] wait(CountDownLatch never) throws UnknownHostException {
        await(never);
        throw new UnknownHostException("never");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(String what, BooleanSupplier so) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
