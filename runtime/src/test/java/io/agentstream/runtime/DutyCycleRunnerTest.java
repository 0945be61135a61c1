package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DutyCycleRunnerTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final CompletableFuture<Throwable> fault = new CompletableFuture<>();

    @Test
    void startsWorksAndClosesOnOneThreadNamedAfterTheRole() throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        CountDownLatch worked = new CountDownLatch(3);
        DutyCycleRunner runner = new DutyCycleRunner(new Named() {
            @Override
            public void onStart() {
                calls.add("start on " + Thread.currentThread().getName());
            }

            @Override
            public void work() {
                worked.countDown();
                Thread.onSpinWait();
            }

            @Override
            public void onClose() {
                calls.add("close on " + Thread.currentThread().getName());
            }
        }, LIMIT, fault::complete).start();
        assertTrue(worked.await(5, TimeUnit.SECONDS));

        runner.close();

        assertEquals(List.of("start on role", "close on role"), calls);
        assertFalse(runner.isAlive());
        assertFalse(fault.isDone());
    }

    @Test
    void whatTheLoopThrowsGoesToTheFaultHandlerAndEndsTheLoop() throws Exception {
        CompletableFuture<String> closed = new CompletableFuture<>();
        IllegalStateException bug = new IllegalStateException("bug");
        DutyCycleRunner runner = new DutyCycleRunner(new Named() {
            @Override
            public void work() {
                throw bug;
            }

            @Override
            public void onClose() {
                closed.complete("closed");
            }
        }, LIMIT, fault::complete).start();

        assertEquals(bug, fault.get(5, TimeUnit.SECONDS));
        assertEquals("closed", closed.get(5, TimeUnit.SECONDS));
        runner.close();
    }

    @Test
    void aStuckLoopIsInterrupted() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        DutyCycleRunner runner = new DutyCycleRunner(new Named() {
            @Override
            public void work() throws InterruptedException {
                entered.countDown();
                new CountDownLatch(1).await();
            }
        }, Duration.ofMillis(50), fault::complete).start();
        assertTrue(entered.await(5, TimeUnit.SECONDS));

        runner.close();

        assertFalse(fault.isDone(), "an interruption while stopping is no fault");
    }

    private abstract static class Named implements DutyCycle {
        @Override
        public String role() {
            return "role";
        }
    }
}
