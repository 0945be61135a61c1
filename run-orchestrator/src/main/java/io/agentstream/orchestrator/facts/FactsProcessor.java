package io.agentstream.orchestrator.facts;

import io.agentstream.orchestrator.facts.FactsTopology.Outcome;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/// Takes in one record after the other and tells the facts that follow: of a decision at once, of a conversation that goes on once a
/// second. Reads the bytes itself, so that bad ones are put aside in the same transaction as the work around them. Only the thread of
/// its task.
@SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
final class FactsProcessor implements Processor<String, byte[], String, Outcome> {

    private static final Duration TELLING = Duration.ofSeconds(1);
    private static final Duration TIDYING = Duration.ofMinutes(10);

    /// How long a run stays in the store after its facts are final, though they are on `runs.v1`: longer than any process that is
    /// given calls lags behind in reading that. It decides where the facts are looked up, not whether they are known.
    static final Duration COPY_KEPT = Duration.ofHours(1);

    private ProcessorContext<String, Outcome> context;
    private KeyValueStore<String, Known> open;
    private KeyValueStore<String, ValueAndTimestamp<byte[]>> said;

    /// Calls of which more is known than was told.
    private final Set<String> untold = new HashSet<>();
    /// When the facts of runs that are over become final, by this process's clock.
    private final Map<String, Long> finalAtMs = new HashMap<>();

    @Override
    public void init(ProcessorContext<String, Outcome> newContext) {
        context = newContext;
        open = newContext.getStateStore(FactsTopology.OPEN);
        said = newContext.getStateStore(FactsTopology.SAID);
        try (KeyValueIterator<String, Known> all = open.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                watch(entry.key, entry.value);
            }
        }
        newContext.schedule(TELLING, PunctuationType.WALL_CLOCK_TIME, this::tellDue);
        newContext.schedule(TIDYING, PunctuationType.WALL_CLOCK_TIME, this::tidy);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        byte[] bytes = record.value();
        if (bytes == null) {
            return; // nobody writes tombstones here
        }
        String topic = context.recordMetadata().orElseThrow().topic();
        if (topic.equals(Topics.RUN_EVENTS.name())) {
            switch (Topics.RUN_EVENTS.codec().decode(bytes)) {
                case Decoded.Value<RunEvent>(RunEvent event) ->
                        take(event.callId(), record.timestamp(), true, known -> RunTable.next(known, event));
                case Decoded.Unknown<RunEvent>(String what) -> { } // of a newer writer; the services' loops count those
                case Decoded.Malformed<RunEvent>(String reason) -> bad(bytes, reason, record);
            }
        } else if (topic.equals(Topics.CALL_LIFECYCLE.name())) {
            if (Topics.CALL_LIFECYCLE.codec().decode(bytes) instanceof Decoded.Value<CallEvent>(CallEvent event)) {
                take(event, record.timestamp());
            } // else its own readers put it aside
        } else if (Topics.CONVERSATION_EVENTS.codec().decode(bytes) instanceof Decoded.Value<ConversationEvent>(ConversationEvent event)) {
            take(event.callId(), record.timestamp(), false, known -> RunTable.next(known, event));
        }
    }

    private void take(CallEvent event, long timestampMs) {
        if (event instanceof CallEvent.Alive) {
            return; // most of them by far, and they tell nothing
        }
        String key = event.callId().toString();
        Known known = known(event.callId());
        if (known.run() == null && RunTable.hasNoRun(event)) {
            open.delete(key);
            return;
        }
        take(event.callId(), timestampMs, event instanceof CallEvent.Ended, before -> RunTable.next(before, event));
    }

    /// @param atOnce whether the change is told now; else within a second
    private void take(CallId callId, long timestampMs, boolean atOnce, UnaryOperator<Known> change) {
        Known before = known(callId);
        Known after = change.apply(before);
        if (after.equals(before)) {
            if (after.isOver() && after.finalizedAt() == null && open.get(callId.toString()) == null) {
                keep(after); // told before all was lost: it has yet to become final
            }
            return;
        }
        if (after.run() != null && (atOnce || after.isOver())) {
            tell(after, timestampMs);
        } else {
            keep(after);
        }
    }

    private Known known(CallId callId) {
        String key = callId.toString();
        Known known = open.get(key);
        return known != null ? known : toldBefore(key).map(Known::of).orElseGet(() -> Known.nothing(callId));
    }

    private Optional<RunFacts> toldBefore(String key) {
        ValueAndTimestamp<byte[]> told = said.get(key);
        return told != null && Topics.RUNS.codec().decode(told.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)
                ? Optional.of(facts)
                : Optional.empty();
    }

    private void keep(Known known) {
        String key = known.callId().toString();
        open.put(key, known);
        watch(key, known);
    }

    private void tell(Known known, long timestampMs) {
        Known told = known.told();
        keep(told);
        context.forward(new Record<>(told.callId().toString(), new Outcome.Told(told.facts()), timestampMs));
    }

    private void watch(String key, Known known) {
        if (known.dirty() && known.run() != null) {
            untold.add(key);
        } else {
            untold.remove(key);
        }
        if (known.isOver() && known.finalizedAt() == null) {
            boolean socketIsClosed = known.socket().closedAt() != null;
            Duration wait = socketIsClosed ? FactsTopology.FINAL_AFTER : FactsTopology.FINAL_WITHOUT_SOCKET_AFTER;
            finalAtMs.put(key, context.currentSystemTimeMs() + wait.toMillis());
        } else {
            finalAtMs.remove(key);
        }
    }

    private void tellDue(long nowMs) {
        for (String key : Set.copyOf(untold)) {
            tell(open.get(key), nowMs);
        }
        Set<String> due = new HashSet<>();
        for (Iterator<Map.Entry<String, Long>> each = finalAtMs.entrySet().iterator(); each.hasNext();) {
            Map.Entry<String, Long> entry = each.next();
            if (entry.getValue() <= nowMs) {
                due.add(entry.getKey());
            }
        }
        for (String key : due) {
            tell(open.get(key).finalized(Instant.ofEpochMilli(nowMs)), nowMs);
        }
    }

    /// Lets go of runs that `runs.v1` has, or has no longer, because somebody deleted them there; and of calls that have no run and can have
    /// none any more, because nobody can read any more that they were offered.
    private void tidy(long nowMs) {
        long offersFromMs = context.currentStreamTimeMs() - Topics.CALL_LIFECYCLE.retention().toMillis();
        try (KeyValueIterator<String, Known> all = open.all()) {
            while (all.hasNext()) {
                Known known = all.next().value;
                String key = known.callId().toString();
                Instant finalizedAt = known.finalizedAt();
                boolean told = finalizedAt != null
                        && finalizedAt.plus(COPY_KEPT).toEpochMilli() <= nowMs
                        && toldBefore(key).map(facts -> Long.valueOf(known.revision()).equals(facts.revision())).orElse(true);
                boolean runless = known.run() == null && known.callId().madeAtMs() < offersFromMs;
                if (told || runless) {
                    open.delete(key);
                }
            }
        }
    }

    private void bad(byte[] bytes, String reason, Record<String, byte[]> record) {
        Record<String, Outcome> letter = record.<Outcome>withValue(new Outcome.Bad(Slice.of(bytes)))
                .withHeaders(new RecordHeaders().add("reason", utf8(reason)));
        context.recordMetadata().ifPresent(from -> letter.headers()
                .add("topic", utf8(from.topic()))
                .add("partition", utf8(Integer.toString(from.partition())))
                .add("offset", utf8(Long.toString(from.offset()))));
        context.forward(letter);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
