package io.agentstream.dev.local;

import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/// A call whose worker is killed in the middle of it. One thread.
final class KilledCall {

    /// Which worker has a call is chance: so many are placed until the second one has one.
    private static final int MOST_TRIES = 20;

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

    private final Duration at;
    private final PrintStream progress;

    /// A call that is over.
    record Ended(CallOutcome outcome, Instant startedAt, Instant killedAt) {

        /// What the caller noticed, if another worker went on.
        ///
        /// @param events of the call's run
        Optional<TakeOver> takeOver(List<JsonNode> events) {
            return TakeOver.of(outcome, startedAt, killedAt, events);
        }
    }

    /// @param at how long after its `start` the call's worker is killed
    KilledCall(Duration at, PrintStream progress) {
        this.at = at;
        this.progress = progress;
    }

    /// Starts a second worker beside those of the system, places the call, and blocks until it is over.
    ///
    /// @param environment configuration variables that a person set
    /// @throws IOException where no call came to the second worker, or it ended before it was to be killed
    Ended place(CallScript script, CallProgress told, Path data, DemoFile demo, Map<String, String> environment)
            throws IOException, InterruptedException {
        progress.println("starting a second worker");
        try (SecondWorker worker = SecondWorker.start(data, demo, environment);
                SimulatedProvider provider = new SimulatedProvider()) {
            for (int tried = 0; tried < MOST_TRIES; tried++) {
                Optional<Ended> ended = place(provider, worker, script.plan(), told);
                if (ended.isPresent()) {
                    return ended.get();
                }
                progress.println("          the other worker has this call; placing another");
            }
        }
        throw new IOException("none of " + MOST_TRIES + " calls came to the second worker");
    }

    /// Nothing where the other worker has the call.
    private Optional<Ended> place(SimulatedProvider provider, SecondWorker worker, CallPlan plan, CallProgress told)
            throws IOException, InterruptedException {
        int before = worker.conversations();
        CountDownLatch answered = new CountDownLatch(1);
        AtomicLong startedMs = new AtomicLong(System.currentTimeMillis());
        SimulatedProvider.Placed call = provider.begin(plan, event -> {
            told.accept(event);
            if (event.kind() == CallEvent.Kind.STARTED) {
                startedMs.set(System.currentTimeMillis());
            } else if (event.kind() == CallEvent.Kind.FIRST_AUDIO || event.kind() == CallEvent.Kind.CLOSED) {
                answered.countDown();
            }
        });
        boolean isAnswered = answered.await(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (isAnswered && worker.conversations() > before) {
            return Optional.of(kill(worker, call, Instant.ofEpochMilli(startedMs.get())));
        }
        call.hangUp();
        CallOutcome outcome = call.outcome().join();
        if (outcome.firstAudioMs() < 0) {
            throw new IOException("no agent answered within " + ANSWER_LIMIT.toSeconds() + " s" + (outcome.closeReason().isEmpty()
                    ? ""
                    : ": " + outcome.closeReason()));
        }
        return Optional.empty();
    }

    private Ended kill(SecondWorker worker, SimulatedProvider.Placed call, Instant startedAt)
            throws IOException, InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        var _ = call.outcome().thenRun(over::countDown);
        if (over.await(Duration.between(Instant.now(), startedAt.plus(at)).toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("the call was over before its worker was to be killed");
        }
        Instant killedAt = Instant.now();
        worker.kill();
        progress.printf(Locale.ROOT, "%6.1f s  process %d, the worker that has the call, is killed (SIGKILL)%n",
                Duration.between(startedAt, killedAt).toMillis() / 1_000.0, worker.pid());
        return new Ended(call.outcome().join(), startedAt, killedAt);
    }
}
