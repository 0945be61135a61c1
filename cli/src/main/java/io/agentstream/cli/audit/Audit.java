package io.agentstream.cli.audit;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Compares database, ledger, topics and facts for the calls of a window. Changes nothing. Blocks for as long as it takes to read the
/// topics from the window's beginning to their end; memory is bounded, and where the window has more calls than fit, the topics are read
/// once for each part of it. One thread.
public final class Audit {

    /// Calls, and ranges of numbers, that are remembered at a time: a call without gaps is two of them, and takes some 2 KB.
    private static final int ROOM = 40_000;

    private static final int MINUTES = 100_000;

    /// A sum that is wrong is looked at again: it follows its runs by a second or two, and is read at another moment.
    private static final int LOOKS = 3;
    private static final long LOOK_AGAIN_MS = 2_000;

    private final TopicScan topics;
    private final Database database;
    private final int room;

    public Audit(KafkaClients clients, Database database) {
        this(clients, database, ROOM);
    }

    /// @param room how many calls, and ranges of numbers, may be remembered at a time
    public Audit(KafkaClients clients, Database database, int room) {
        this.topics = new TopicScan(clients);
        this.database = database;
        this.room = room;
    }

    /// What came of it.
    ///
    /// @param calls how many calls there are in the window
    /// @param unsettled how many of them were not judged whole, because something may still come of them
    /// @param disagreements how many were found
    /// @param notes what was not compared, and why, a sentence each
    public record Outcome(long calls, long unsettled, long disagreements, Set<String> notes) {}

    /// @param taker told of each disagreement when it is found
    /// @throws IOException where Kafka does not answer, in a sentence
    public Outcome run(Window window, Consumer<Disagreement> taker) throws IOException, InterruptedException {
        Set<String> notes = new LinkedHashSet<>();
        long calls = 0;
        long unsettled = 0;
        long disagreements = 0;
        CallId next = CallId.of(window.from().toEpochMilli(), 0, 0);
        while (next != null) {
            Stretch stretch = new Stretch(next, window.until(), room);
            LogEvidence log = LogEvidence.gather(topics, stretch);
            RunRecords.gather(database, stretch, window.until());
            note(log, stretch, notes);
            for (Evidence call : stretch.calls()) {
                calls++;
                unsettled += Judge.isSettled(window, call) ? 0 : 1;
                List<Disagreement> found = Judge.judge(window, log, call);
                disagreements += found.size();
                found.forEach(taker);
            }
            next = stretch.limit();
        }
        for (Disagreement wrong : sums(window)) {
            disagreements++;
            taker.accept(wrong);
        }
        long[] balances = {0};
        Balances.compare(database, wrong -> {
            balances[0]++;
            taker.accept(wrong);
        });
        return new Outcome(calls, unsettled, disagreements + balances[0], notes);
    }

    private static void note(LogEvidence log, Stretch stretch, Set<String> notes) {
        Instant first = Instant.ofEpochMilli(stretch.first().madeAtMs());
        Map.of("call.lifecycle.v1", log.lifecycleFrom(), "call.media.v1", log.mediaFrom(), "run.events.v1", log.eventsFrom(),
                        "conversation.events.v1", log.conversationsFrom())
                .forEach((topic, from) -> {
                    if (from.isAfter(first)) {
                        notes.add("older records of " + topic + " are deleted: calls before " + from + " are not compared with it");
                    }
                });
    }

    private Iterable<Disagreement> sums(Window window) throws IOException, InterruptedException {
        Minutes minutes = new Minutes(database, topics, MINUTES);
        Map<String, Disagreement> wrong = minutes.compare(window);
        for (int look = 1; look < LOOKS && !wrong.isEmpty(); look++) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            Set<String> still = minutes.compare(window).keySet();
            wrong.keySet().retainAll(still);
        }
        return wrong.values();
    }
}
