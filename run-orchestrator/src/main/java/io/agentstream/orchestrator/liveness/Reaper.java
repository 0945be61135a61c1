package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.OpenRuns;
import io.agentstream.orchestrator.store.RefusedCalls;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes signs of life, and closes the runs of calls that have gone quiet and of those that nobody holds a conversation with, on
/// the partitions that we have listened to for long enough to know. Only the loop; a database or a Kafka that is away is waited
/// for.
public final class Reaper implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Reaper.class);

    private static final long PERIOD_MS = 1_000;
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(10);
    private static final int MOST_AT_ONCE = 500;
    /// How many calls are ended, and for how long, before it is asked again whether there is still no worker.
    private static final int CALLS_PER_QUESTION = 20;
    private static final Duration QUESTION_LASTS = Duration.ofSeconds(1);

    /// For how long a call is new, and a worker may be about to take it that Kafka does not know of yet.
    private static final Duration NEW_FOR = Duration.ofSeconds(2);

    /// What is known of beginnings is kept for so much longer than they may take: what was heard may be that old.
    private static final Duration BEGINNINGS_KEPT = Duration.ofSeconds(10);

    /// How much longer a call may be quiet that nobody can listen to.
    private static final Duration BEYOND = Duration.ofMinutes(1);

    /// Offers do not come again after that, unless they are too old to be admitted anyway.
    private static final Duration REFUSALS_KEPT = Duration.ofHours(1);
    private static final int REFUSALS_AT_ONCE = 5_000;
    private static final Duration FORGETTING = Duration.ofMinutes(1);

    private final Database database;
    private final RunDecisions decisions;
    private final RunCloser closer;
    private final Hearing hearing;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final Limits limits;
    private final LogWatch watch;
    private final Workers workers;
    private final Semaphore wake = new Semaphore(0);

    private Instant nextLook = Instant.MIN;
    private Instant nextForgetting = Instant.MIN;

    /// How long what may be missing.
    ///
    /// @param lost any sign of life of an open call
    /// @param conversation the beginning of a running call's conversation
    /// @param workers every worker
    public record Limits(Duration lost, Duration conversation, Duration workers) {}

    /// What is done with what was decided, and where it is read that there is something to decide.
    public record Hands(Database database, RunDecisions decisions, Announcer announcer, Metrics metrics) {}

    /// @param ready whether database and Kafka answer; while they do not, nobody counts as quiet
    public Reaper(
            Hands hands, Hearing hearing, LogWatch watch, BooleanSupplier ready, InstantSource clock, Limits limits) {
        this.database = hands.database();
        this.decisions = hands.decisions();
        this.closer = new RunCloser(hands.announcer(), hands.metrics(), clock, hearing.ends());
        this.hearing = hearing;
        this.watch = watch;
        this.ready = ready;
        this.clock = clock;
        this.limits = limits;
        this.workers = new Workers(watch, limits.workers());
    }

    @Override
    public String role() {
        return "orchestrator-reaper";
    }

    @Override
    public void work() throws InterruptedException {
        if (wake.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS)) {
            return;
        }
        pass();
    }

    /// One pass without the waiting.
    void pass() throws InterruptedException {
        if (!ready.getAsBoolean()) {
            interrupted();
            return;
        }
        Instant now = clock.instant();
        try {
            hearing.listening().ends(watch.ends(hearing.listening().partitions()), now.toEpochMilli());
            look(now);
        } catch (DatabaseException | NotNowException away) {
            interrupted(); // what was not noted cannot have been heard
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("reaping has to wait");
        }
    }

    private void interrupted() {
        hearing.listening().interrupted();
        workers.interrupted();
    }

    /// What we may judge by is settled before what was heard is noted: whatever was read by then is noted when it is judged.
    private void look(Instant now) throws InterruptedException {
        Listening.Heard calls = hearing.listening().heardFor(Topics.CALL_LIFECYCLE, limits.lost(), now.toEpochMilli());
        Listening.Heard conversations =
                hearing.listening().heardFor(Topics.CONVERSATION_EVENTS, limits.conversation(), now.toEpochMilli());
        hearing.heartbeats().flush(database, now);
        if (!now.isBefore(nextLook)) {
            nextLook = now.plus(period());
            closeQuiet(calls);
            closeBeyond(calls);
        }
        closeNeverBegun(withEnds(conversations, now));
        closeUnattended(now);
        hearing.beginnings().forget(now.minus(limits.conversation()).minus(BEGINNINGS_KEPT));
        if (!now.isBefore(nextForgetting)) {
            int forgotten =
                    database.withConnection(c -> RefusedCalls.forget(c, now.minus(REFUSALS_KEPT), REFUSALS_AT_ONCE));
            nextForgetting = forgotten < REFUSALS_AT_ONCE ? now.plus(FORGETTING) : now;
        }
    }

    private void closeQuiet(Listening.Heard heard) throws InterruptedException {
        if (heard.partitions().isEmpty()) {
            return;
        }
        Instant before = Instant.ofEpochMilli(heard.untilMs()).minus(limits.lost());
        // Of whose conversation something is under way, which has to be known when the end is decided.
        List<UUID> quiet = database
                .withConnection(c -> OpenRuns.quiet(c, before, Topics.CALL_LIFECYCLE.name(), heard.partitions(), MOST_AT_ONCE))
                .stream()
                .filter(call -> hearing.beginnings().firstRead(new CallId(call)) == null)
                .toList();
        RunCloser.Still still = call -> covers(heard, Topics.CALL_LIFECYCLE, limits.lost());
        closer.close(quiet, "quiet", still, call -> decisions.quiet(call, before));
    }

    /// Calls whose partition there is no more are nobody's to listen to. Whoever has the first partition closes them, a while later than
    /// others: a broker may not know yet of partitions that were added, where somebody else hears them.
    private void closeBeyond(Listening.Heard heard) throws InterruptedException {
        if (!heard.partitions().contains(0)) {
            return;
        }
        OptionalInt count = watch.partitions(Topics.CALL_LIFECYCLE.name());
        if (count.isEmpty()) {
            return;
        }
        Instant before = Instant.ofEpochMilli(heard.untilMs()).minus(limits.lost()).minus(BEYOND);
        List<UUID> quiet = database.withConnection(c ->
                OpenRuns.quietBeyond(c, before, Topics.CALL_LIFECYCLE.name(), count.getAsInt(), MOST_AT_ONCE));
        RunCloser.Still still = call -> covers(heard, Topics.CALL_LIFECYCLE, limits.lost());
        closer.close(quiet, "quiet", still, call -> decisions.quiet(call, before));
    }

    private void closeNeverBegun(Listening.Heard heard) throws InterruptedException {
        if (heard.partitions().isEmpty()) {
            return;
        }
        Instant before = Instant.ofEpochMilli(heard.untilMs()).minus(limits.conversation());
        List<UUID> silent = running(heard, before, true).stream()
                .filter(call -> !hearing.beginnings().isUnderWay(new CallId(call), before))
                .toList();
        // In this order: what is left to somebody else is not under way here any more, and its partition is forgotten before.
        RunCloser.Still still = call -> !hearing.beginnings().isUnderWay(call, before)
                && covers(heard, Topics.CONVERSATION_EVENTS, limits.conversation());
        closer.close(silent, "no_conversation", still, call -> decisions.neverBegan(call, clock));
    }

    /// How long there has been no worker is for Kafka's group to say, and the patience is with [Workers]: of a partition it is enough
    /// that all of it is read.
    private void closeUnattended(Instant now) throws InterruptedException {
        Listening.Heard heard =
                withEnds(hearing.listening().heardFor(Topics.CONVERSATION_EVENTS, Duration.ZERO, now.toEpochMilli()), now);
        Optional<Instant> gone = workers.goneForGood(now);
        if (gone.isPresent() && !heard.partitions().isEmpty()) {
            // Also those that came since: of them it was known when they came.
            closer.close(
                    running(heard, now.minus(NEW_FOR), false), "no_worker", new StillNoWorker(heard),
                    call -> decisions.unattended(call, clock));
        }
    }

    /// Of these partitions those whose calls' ends are read, too: what a gateway has said of an end is not said otherwise.
    private Listening.Heard withEnds(Listening.Heard conversations, Instant now) {
        List<Integer> calls = hearing.listening().read(Topics.CALL_LIFECYCLE, now.toEpochMilli());
        return new Listening.Heard(conversations.partitions().stream().filter(calls::contains).toList(), conversations.untilMs());
    }

    /// Calls of both topics have the same partition, and their run knows the one of the first.
    private List<UUID> running(Listening.Heard heard, Instant before, boolean onlyNeverBegun) {
        return database.withConnection(c -> OpenRuns.running(
                c, before, onlyNeverBegun, Topics.CALL_LIFECYCLE.name(), heard.partitions(), MOST_AT_ONCE));
    }

    /// Whether what was heard is still as good as when the calls were looked for: the partitions are ours, and read.
    private boolean covers(Listening.Heard heard, Topic<?> topic, Duration time) {
        return hearing.listening().heardFor(topic, time, clock.millis()).partitions().containsAll(heard.partitions());
    }

    /// A worker that comes back while calls are being ended keeps those that are left.
    private final class StillNoWorker implements RunCloser.Still {

        private final Listening.Heard heard;
        private int left;
        private Instant askedAt = Instant.MIN;

        StillNoWorker(Listening.Heard heard) {
            this.heard = heard;
        }

        @Override
        public boolean holds(CallId call) throws InterruptedException {
            Instant now = clock.instant();
            if (left-- == 0 || now.isAfter(askedAt.plus(QUESTION_LASTS))) {
                left = CALLS_PER_QUESTION - 1;
                askedAt = now;
                if (!workers.isGone()) {
                    return false;
                }
            }
            return covers(heard, Topics.CONVERSATION_EVENTS, Duration.ZERO);
        }
    }

    private Duration period() {
        Duration tenth = limits.lost().dividedBy(10);
        return tenth.compareTo(LONGEST_PERIOD) < 0 ? tenth : LONGEST_PERIOD;
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
