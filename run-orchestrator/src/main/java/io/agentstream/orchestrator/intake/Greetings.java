package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.Greeting;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What has been read behind the offers that are being handled: it is handled after them, but they may hang on it. There is one entry
/// for each offer in flight. Any thread.
public final class Greetings {

    private final Map<CallId, Offer> offers = new ConcurrentHashMap<>();

    /// An offer in flight, and the first record of its call that came behind it.
    private record Offer(Progress progress, CompletableFuture<CallEvent> next, long readNs) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - readNs);
        }
    }

    /// Has `work` done with the call's offer, which is read and not handled yet. What is read of the call from now on is for it, also
    /// where an earlier reading of the offer is still under way: that one's partition was given away.
    Runnable handling(CallId call, Progress progress, Runnable work) {
        Offer offer = new Offer(progress, new CompletableFuture<>(), System.nanoTime());
        offers.put(call, offer);
        return () -> {
            try {
                work.run();
            } finally {
                offers.remove(call, offer);
            }
        };
    }

    /// The next record of a call was read.
    void read(CallEvent event) {
        Offer offer = offers.get(event.callId());
        if (offer != null) {
            offer.next().complete(event);
        }
    }

    /// Nothing more is read: who waits leaves its offer to whoever reads it next.
    void stop() {
        offers.values().forEach(offer -> offer.next().completeExceptionally(new CancellationException()));
    }

    /// What there is for the call's offer.
    Waiting of(CallId call) {
        return new Waiting(Optional.ofNullable(offers.get(call)));
    }

    /// How long ago the call's offer was read, by our own clock; nothing of one that is not in flight.
    Duration age(CallId call) {
        return of(call).age();
    }

    /// Offers in flight.
    int size() {
        return offers.size();
    }

    /// One offer's view. What is sealed stays so: which session it is is not. One thread at a time.
    static final class Waiting implements Greeting {

        private final Optional<Offer> offer;
        private long waitedNs;

        private Waiting(Optional<Offer> offer) {
            this.offer = offer;
        }

        @Override
        public Optional<CallEvent.Started> await(Duration patience) throws InterruptedException {
            if (offer.isEmpty()) {
                return Optional.empty();
            }
            long startNs = System.nanoTime();
            try {
                CallEvent next = offer.get().next().get(patience.toNanos(), TimeUnit.NANOSECONDS);
                return next instanceof CallEvent.Started started ? Optional.of(started) : Optional.empty();
            } catch (TimeoutException silent) {
                if (offer.get().progress().isRevoked()) { // whoever has the partition now may have read more
                    throw new NotNowException("the partition is somebody else's", silent);
                }
                return Optional.empty();
            } catch (ExecutionException | CancellationException stopping) {
                throw new InterruptedException("nothing more is read");
            } finally {
                waitedNs += System.nanoTime() - startNs;
            }
        }

        @Override
        public Duration age() {
            return offer.map(Offer::age).orElse(Duration.ZERO);
        }

        /// How long the socket was waited for.
        long waitedNs() {
            return waitedNs;
        }
    }
}
