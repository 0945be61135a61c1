package io.agentstream.dev.e2e;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/// Makes the records of many calls, with repeats, late ones and corrections, and keeps a ledger of its own of what is right. One
/// thread.
final class FactsLoad {

    private final SplittableRandom random;
    private final Producer<byte[], byte[]> producer;
    private final List<RunEvent> ends = new ArrayList<>();
    private final Map<CallId, RunEvent> ledger = new HashMap<>();
    private long records;

    FactsLoad(SplittableRandom random, Producer<byte[], byte[]> producer) {
        this.random = random;
        this.producer = producer;
    }

    /// One more call, from its offer to its end; now and then something of an older one.
    void call() {
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        if (random.nextInt(20) == 0) {
            at = at.minus(Duration.ofDays(random.nextInt(1, 29))); // read late
        }
        CallId call = CallId.of(at.toEpochMilli(), random.nextInt(1 << 12), random.nextLong());
        long organization = random.nextInt(1, 4);
        RunRef run = new RunRef(ledger.size() + 1L, "WR-AGS-00000001", organization, organization * 10 + random.nextInt(2), 1, 0);
        send(Topics.CALL_LIFECYCLE, call, new CallEvent.Offered(
                call, 1, at, null, "cloudonix", "ab".repeat(32), 0, "192.0.2.7", "a.example", null, null, null));
        send(Topics.RUN_EVENTS, call, new RunEvent.Created(call, 1, at, run));
        RunEvent end;
        if (random.nextInt(5) == 0) {
            end = new RunEvent.Failed(call, 2, at.plusMillis(40), run, Failure.SESSION_INVALID, "no");
        } else {
            send(Topics.RUN_EVENTS, call, new RunEvent.Running(
                    call, 2, at, run, MediaFormat.MULAW_8K, Json.MAPPER.createObjectNode(), Json.MAPPER.createObjectNode(), null));
            for (int number = 1; number <= 3; number++) {
                send(Topics.CONVERSATION_EVENTS, call, new ConversationEvent.Interrupted(call, number, 3, at, number, 1));
            }
            end = completed(call, run, at.plusMillis(random.nextInt(1, 120_000)));
        }
        send(Topics.CALL_LIFECYCLE, call, new CallEvent.Ended(call, 3, end.at(), 1000, "", End.CALLER_HANGUP, null));
        end(end);
        if (random.nextInt(4) == 0) {
            RunEvent older = ledger.get(ends.get(random.nextInt(ends.size())).callId());
            send(Topics.RUN_EVENTS, older.callId(), new RunEvent.Created(older.callId(), 1, older.at().minusSeconds(1), older.run()));
            end(older); // said again
        }
        if (random.nextInt(10) == 0) {
            RunEvent older = ledger.get(ends.get(random.nextInt(ends.size())).callId());
            if (older instanceof RunEvent.Completed) {
                end(completed(older.callId(), older.run(), older.at().plusMillis(random.nextInt(60_000)))); // corrected
            }
        }
    }

    private RunEvent.Completed completed(CallId call, RunRef run, Instant at) {
        long durationMs = random.nextInt(200_000);
        return new RunEvent.Completed(
                call, 9, at, run, End.CALLER_HANGUP, 1000, durationMs, BigDecimal.valueOf(durationMs, 6).toPlainString());
    }

    private void end(RunEvent end) {
        ends.add(end);
        ledger.put(end.callId(), end);
        send(Topics.RUN_EVENTS, end.callId(), end);
    }

    private <V> void send(Topic<V> topic, CallId call, V value) {
        records++;
        producer.send(new ProducerRecord<>(topic.name(), call.toKey(), topic.codec().encode(value)));
    }

    /// Waits until all of it is written.
    void flush() {
        producer.flush();
    }

    long records() {
        return records;
    }

    int calls() {
        return ledger.size();
    }

    /// What all of them cost together.
    BigDecimal cost() {
        return ledger.values().stream()
                .filter(RunEvent.Completed.class::isInstance)
                .map(end -> new BigDecimal(String.valueOf(((RunEvent.Completed) end).cost())))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /// What is right, by the key of `usage.v1`: completed, failed, seconds, cost.
    Map<String, String> right() {
        return sums(ledger.values());
    }

    /// @param ends of each run the newest
    static Map<String, String> sums(Collection<RunEvent> ends) {
        Map<String, Sum> sums = new TreeMap<>();
        for (RunEvent end : ends) {
            String key = end.run().organizationId() + "@" + end.at().truncatedTo(ChronoUnit.MINUTES);
            Sum sum = sums.computeIfAbsent(key, any -> new Sum());
            switch (end) {
                case RunEvent.Completed completed -> {
                    sum.completed++;
                    sum.seconds += (completed.durationMs() + 999) / 1_000;
                    sum.cost = sum.cost.add(new BigDecimal(String.valueOf(completed.cost())));
                }
                case RunEvent.Failed failed -> sum.failed++;
                case RunEvent.Created _, RunEvent.Running _, RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> throw new AssertionError(end);
            }
        }
        Map<String, String> right = new TreeMap<>();
        sums.forEach((key, sum) -> right.put(key, sum.text()));
        return right;
    }

    /// What `usage.v1` says, without minutes whose runs were all moved to others.
    static Map<String, String> said(Map<String, Usage> usage) {
        Map<String, String> said = new TreeMap<>();
        usage.forEach((key, minute) -> {
            Sum sum = new Sum();
            sum.completed = minute.completed();
            sum.failed = minute.failed();
            sum.seconds = minute.seconds() == null ? -1 : minute.seconds();
            sum.cost = new BigDecimal(String.valueOf(minute.cost()));
            if (sum.completed + sum.failed > 0) {
                said.put(key, sum.text());
            }
        });
        return said;
    }

    private static final class Sum {
        long completed;
        long failed;
        long seconds;
        BigDecimal cost = BigDecimal.ZERO;

        String text() {
            return completed + " completed, " + failed + " failed, " + seconds + " s, " + cost.stripTrailingZeros().toPlainString();
        }
    }
}
