package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class GreetingsTest {

    /// Longer than a test may take.
    private static final Duration EVER = Duration.ofMinutes(10);

    private static final CallId CALL = CallId.of(1, 2, 3);
    private static final CallEvent.Started START = Samples.started().of(CALL).session("sess-7").build();

    private final Greetings greetings = new Greetings();
    private final Progress progress = new Progress();

    private Optional<CallEvent.Started> await(Duration patience) throws InterruptedException {
        return greetings.of(CALL).await(patience);
    }

    /// What `work` comes to while the call's offer is handled.
    private <T> T whileHandling(Callable<T> work) throws Exception {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Exception> failure = new AtomicReference<>();
        greetings
                .handling(CALL, progress, () -> {
                    try {
                        result.set(work.call());
                    } catch (Exception thrown) {
                        failure.set(thrown);
                    }
                })
                .run();
        if (failure.get() != null) {
            throw failure.get();
        }
        return result.get();
    }

    @Test
    void whatIsReadBehindAnOfferIsThereBeforeItsTurn() throws Exception {
        assertEquals(Optional.of(START), whileHandling(() -> {
            greetings.read(START);
            return await(EVER);
        }));
        assertEquals(0, greetings.size());
    }

    @Test
    void whoHangsUpIsNotWaitedFor() throws Exception {
        assertEquals(Optional.empty(), whileHandling(() -> {
            greetings.read(Samples.ended(CALL, Samples.T0, End.CALLER_HANGUP));
            return await(EVER);
        }));
    }

    @Test
    void whoSaysNothingIsWaitedForNoLongerThanThat() throws Exception {
        assertEquals(Optional.empty(), whileHandling(() -> await(Duration.ofMillis(20))));
        assertEquals(Optional.empty(), whileHandling(() -> await(Duration.ZERO)));
    }

    /// Who has the partition now may have read what we have not.
    @Test
    void whatIsSomebodyElsesByThenIsLeftToHim() {
        progress.revoke();

        assertThrows(NotNowException.class, () -> whileHandling(() -> await(Duration.ofMillis(20))));
    }

    @Test
    void nobodyIsRefusedBecauseWeStopReading() {
        assertThrows(InterruptedException.class, () -> whileHandling(() -> {
            greetings.stop();
            return await(EVER);
        }));
    }

    /// The partition went away and came back while the first reading of the offer was under way.
    @Test
    void anOfferThatIsReadAnewHearsWhatIsReadAnew() throws Exception {
        Runnable first = greetings.handling(CALL, progress, () -> {});
        Optional<CallEvent.Started> heard = whileHandling(() -> {
            first.run();
            greetings.read(START);
            return await(EVER);
        });

        assertEquals(Optional.of(START), heard);
    }

    @Test
    void ofCallsWhoseOfferIsDoneNothingIsKept() throws Exception {
        greetings.read(START);

        assertEquals(0, greetings.size());
        assertEquals(Optional.empty(), await(EVER));
    }
}
