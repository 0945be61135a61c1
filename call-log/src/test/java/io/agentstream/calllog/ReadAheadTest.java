package io.agentstream.calllog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReadAheadTest {

    /// More than may be ahead.
    private static final int MANY = 5_000;

    private final Numbered source = new Numbered();
    private final Semaphore permits = new Semaphore(1);
    private final CountDownLatch looking = new CountDownLatch(1);

    private CallSource.Records ahead() {
        return ReadAhead.of(
                isGivenUp -> {
                    source.isGivenUp = isGivenUp;
                    return source;
                },
                "test", permits);
    }

    /// Records with the numbers from 0 on: `left` of them, then what `after` says.
    private static final class Numbered implements CallSource.Records {
        final Semaphore left = new Semaphore(0);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile After after = () -> null;
        volatile BooleanSupplier isGivenUp = () -> false;
        final AtomicLong brought = new AtomicLong();

        @FunctionalInterface
        interface After {
            @Nullable LogRecord next() throws IOException;
        }

        @Override
        public @Nullable LogRecord next() throws IOException {
            return left.tryAcquire() ? new LogRecord(Topics.CALL_MEDIA, 0, brought.getAndIncrement(), 0, Slice.of(new byte[0])) : after.next();
        }

        @Override
        public Optional<String> deleted() {
            return Optional.of("older ones are gone");
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @AfterEach
    void release() {
        source.left.drainPermits();
    }

    private static void takes(CallSource.Records ahead, int records) throws IOException {
        for (long number = 0; number < records; number++) {
            assertEquals(number, Objects.requireNonNull(ahead.next()).offset());
        }
    }

    @Test
    void bringsWhatTheSourceHasInItsOrderAndThenItsEnd() throws Exception {
        source.left.release(MANY);

        try (CallSource.Records ahead = ahead()) {
            takes(ahead, MANY);
            assertNull(ahead.next());
            assertNull(ahead.next());
            assertEquals(Optional.of("older ones are gone"), ahead.deleted());
        }

        assertTrue(source.closed.await(10, TimeUnit.SECONDS));
    }

    @Test
    void isAheadByAsMuchAsItMayAndNoFurther() throws Exception {
        source.left.release(MANY);

        try (CallSource.Records ahead = ahead()) {
            takes(ahead, 1);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (source.brought.get() < 1_000 && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }

            assertTrue(source.brought.get() >= 1_000 && source.brought.get() <= 1_200, source.brought + " of " + MANY);
        }
    }

    @Test
    void saysWhyItCannotGoOnBehindWhatItHas() throws Exception {
        IOException gone = new IOException("Kafka brings nothing any more");
        source.left.release(100);
        source.after = () -> {
            throw gone;
        };

        try (CallSource.Records ahead = ahead()) {
            takes(ahead, 100);
            IOException told = assertThrows(IOException.class, ahead::next);
            assertEquals("Kafka brings nothing any more", told.getMessage());
            assertSame(gone, told.getCause());
            assertThrows(IOException.class, ahead::next);
        }
    }

    @Test
    void aFaultOfOursIsNoSilence() throws Exception {
        source.after = () -> {
            throw new ArithmeticException();
        };

        try (CallSource.Records ahead = ahead()) {
            assertThrows(IllegalStateException.class, ahead::next);
        }
    }

    @Test
    void whoClosesEarlyLeavesNothingOpen() throws Exception {
        source.left.release(MANY);
        CallSource.Records ahead = ahead();
        takes(ahead, 1);

        ahead.close();

        assertTrue(source.closed.await(10, TimeUnit.SECONDS));
        assertTrue(source.brought.get() < MANY);
    }

    @Test
    void whoIsInterruptedDoesNotWait() throws Exception {
        CountDownLatch brings = new CountDownLatch(1);
        source.after = () -> {
            try {
                brings.await();
            } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
            }
            return null;
        };

        try (CallSource.Records ahead = ahead()) {
            Thread.currentThread().interrupt();
            assertThrows(IOException.class, ahead::next);
            assertTrue(Thread.interrupted());
        }
        brings.countDown();

        assertTrue(source.closed.await(10, TimeUnit.SECONDS));
    }

    /// What a call's reader sees of a stretch of a topic in which there is nothing of the call.
    private LogRecord onlyOthers() throws IOException {
        looking.countDown();
        while (!source.isGivenUp.getAsBoolean()) {
            Thread.onSpinWait();
        }
        throw new IOException("nobody waits any more");
    }

    @Test
    void whoClosesWhileNothingIsFoundLeavesNoThreadThatGoesOnLooking() throws Exception {
        // given
        source.after = this::onlyOthers;
        CallSource.Records ahead = ahead();
        assertTrue(looking.await(10, TimeUnit.SECONDS));

        // when
        ahead.close();

        // then
        assertTrue(source.closed.await(10, TimeUnit.SECONDS), "it goes on looking for the call's next record");
    }

    @Test
    void aThreadIsCountedUntilItIsGoneAndWithoutAPermitThereIsNone() throws Exception {
        // given a reading that was closed and whose thread is still fetching
        CountDownLatch brings = new CountDownLatch(1);
        source.after = () -> {
            looking.countDown();
            try {
                brings.await();
            } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
            }
            return null;
        };
        CallSource.Records ahead = ahead();
        assertTrue(looking.await(10, TimeUnit.SECONDS));
        ahead.close();

        // when
        CallSource.Records other = new Numbered();
        CallSource.Records second = ReadAhead.of(_ -> other, "test", permits);

        // then
        assertSame(other, second);
        brings.countDown();
        assertTrue(permits.tryAcquire(10, TimeUnit.SECONDS));
        assertTrue(source.closed.await(0, TimeUnit.SECONDS));
    }
}
