package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.KeySource.UnreachableException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RememberedKeysTest {

    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final AtomicInteger asked = new AtomicInteger();
    private Optional<Secret> stored = Optional.of(new Secret("sk-1"));
    private boolean away;
    private final RememberedKeys keys = new RememberedKeys(this::ask, () -> Instant.ofEpochMilli(nowMs.get()));

    private Optional<Secret> ask(long organization, String name) {
        asked.incrementAndGet();
        if (away) {
            throw new UnreachableException(new IOException("away"));
        }
        return stored;
    }

    @Test
    void aKeyIsAskedForOnceInFiveMinutes() {
        keys.find(7, "openai");
        nowMs.addAndGet(RememberedKeys.FRESH_MS - 1);
        keys.find(7, "openai");
        assertEquals(1, asked.get());

        stored = Optional.of(new Secret("sk-2"));
        nowMs.addAndGet(1);

        assertEquals(Optional.of(new Secret("sk-2")), keys.find(7, "openai"));
    }

    @Test
    void eachOrganisationHasItsOwn() {
        keys.find(7, "openai");
        stored = Optional.of(new Secret("sk-of-8"));

        assertEquals(Optional.of(new Secret("sk-of-8")), keys.find(8, "openai"));
        assertEquals(Optional.of(new Secret("sk-1")), keys.find(7, "openai"));
    }

    @Test
    void ofTooManyTheOneUsedLongestAgoIsForgotten() {
        for (int organization = 0; organization < RememberedKeys.CAPACITY; organization++) {
            keys.find(organization, "openai");
        }
        keys.find(0, "openai");
        assertEquals(RememberedKeys.CAPACITY, asked.get());

        keys.find(RememberedKeys.CAPACITY, "openai");

        keys.find(0, "openai");
        assertEquals(RememberedKeys.CAPACITY + 1, asked.get());
        keys.find(1, "openai");
        assertEquals(RememberedKeys.CAPACITY + 2, asked.get());
    }

    @Test
    void thatThereIsNoneIsBelievedForAMoment() {
        stored = Optional.empty();
        assertEquals(Optional.empty(), keys.find(7, "openai"));

        stored = Optional.of(new Secret("sk-1"));
        nowMs.addAndGet(RememberedKeys.NONE_MS);

        assertEquals(Optional.of(new Secret("sk-1")), keys.find(7, "openai"));
    }

    @Test
    void whereNobodyAnswersWhatWasKnownHoldsForAnHour() {
        keys.find(7, "openai");
        away = true;

        nowMs.addAndGet(RememberedKeys.STALE_MS - 1);
        assertEquals(Optional.of(new Secret("sk-1")), keys.find(7, "openai"));
        nowMs.addAndGet(1);
        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));
    }

    @Test
    void whoDidNotAnswerIsNotAskedAgainAtOnce() {
        away = true;
        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));
        assertThrows(UnreachableException.class, () -> keys.find(7, "deepgram"));
        assertEquals(1, asked.get());

        away = false;
        nowMs.addAndGet(RememberedKeys.AWAY_MS);

        assertEquals(Optional.of(new Secret("sk-1")), keys.find(7, "openai"));
    }

    @Test
    void ofSeveralThatWantItAtOnceOneAsks() throws Exception {
        // given somebody who is asking
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RememberedKeys slow = new RememberedKeys(
                (_, _) -> {
                    begun.countDown();
                    asked.incrementAndGet();
                    try {
                        go.await(10, TimeUnit.SECONDS);
                    } catch (InterruptedException unwanted) {
                        throw new IllegalStateException(unwanted);
                    }
                    return stored;
                },
                () -> Instant.ofEpochMilli(nowMs.get()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<Secret>> first = threads.submit(() -> slow.find(7, "openai"));
            begun.await(10, TimeUnit.SECONDS);

            // when another one wants it too
            Future<Optional<Secret>> second = threads.submit(() -> slow.find(7, "openai"));
            go.countDown();

            // then
            assertEquals(Optional.of(new Secret("sk-1")), first.get(10, TimeUnit.SECONDS));
            assertEquals(Optional.of(new Secret("sk-1")), second.get(10, TimeUnit.SECONDS));
            assertEquals(1, asked.get());
        }
    }
}
