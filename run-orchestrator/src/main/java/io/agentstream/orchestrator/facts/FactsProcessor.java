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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.jspecify.annotations.Nullable;

/// Takes in one record after the other and tells the facts that follow: of a decision at once, of a conversation that goes on every few
/// seconds. Reads the bytes itself, so that bad ones are put aside in the same transaction as the work around them. Only the thread of
/// its task.
@SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
final class FactsProcessor implements Processor<String, byte[], String, Outcome> {

    /// Who follows a conversation word by word follows the run. Each telling is a whole fact, which is stored, sent and summed up.
    private static final Duration TELLING = Duration.ofSeconds(5);
    private static final Duration FINALIZING = Duration.ofSeconds(1);
    private static final Duration TIDYING = Duration.ofMinutes(10);

    /// How long a run stays in the store after its facts are final, though they are on `runs.v1`: longer than any process that is
    /// given calls lags behind in reading that. It decides where the facts are looked up, not whether they are known.
    static final Duration COPY_KEPT = Duration.ofHours(1);

    private static final int MAX_RECENT = 1_000;

    private ProcessorContext<String, Outcome> context;
    private KeyValueStore<String, Known> open;
    private KeyValueStore<String, ValueAndTimestamp<byte[]>> said;

    /// What was last put into the store: a conversation adds to the same again and again, and is not read anew each time.
    private final Map<String, Known> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_RECENT;
        }
    };

    /// Calls of which more is known than was told.
    private final Set<String> untold = new HashSet<>();
    /// When the facts of runs that are over become final, by this process's clock.
    private final Map<String, Long> finalAtMs = new HashMap<>();

    @Override
    public void init(ProcessorContext<String, Outcome> newContext) {
        context = newContext;
        // Not always new: after a transaction that was aborted the same one begins again, with what the store had before it.
        recent.clear();
        untold.clear();
        finalAtMs.clear();
        open = newContext.getStateStore(FactsTopology.OPEN);
        said = newContext.getStateStore(FactsTopology.SAID);
        try (KeyValueIterator<String, Known> all = open.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                watch(entry.key, entry.value);
            }
        }
        newContext.schedule(TELLING, PunctuationType.WALL_CLOCK_TIME, this::tellUntold);
        newContext.schedule(FINALIZING, PunctuationType.WALL_CLOCK_TIME, this::finalizeDue);
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
            forget(key);
            return;
        }
        take(event.callId(), timestampMs, event instanceof CallEvent.Ended, before -> RunTable.next(before, event));
    }

    /// @param atOnce whether the change is told now; else within [#TELLING]
    private void take(CallId callId, long timestampMs, boolean atOnce, UnaryOperator<Known> change) {
        Known before = known(callId);
        Known after = change.apply(before);
        if (after.equals(before)) {
            if (after.isOver() && after.finalizedAt() == null && kept(callId.toString()) == null) {
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
        Known known = kept(key);
        return known != null ? known : toldBefore(key).map(Known::of).orElseGet(() -> Known.nothing(callId));
    }

    private @Nullable Known kept(String key) {
        Known known = recent.get(key);
        return known != null ? known : open.get(key);
    }

    private void forget(String key) {
        recent.remove(key);
        open.delete(key);
    }

    private Optional<RunFacts> toldBefore(String key) {
        ValueAndTimestamp<byte[]> told = said.get(key);
        return told != null && Topics.RUNS.codec().decode(told.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)
                ? Optional.of(facts)
                : Optional.empty();
    }

    private void keep(Known known) {
        String key = known.callId().toString();
        recent.put(key, known);
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
            finalAtMs.put(key, context.currentSystemTimeMs() + finalAfter(known).toMillis());
        } else {
            finalAtMs.remove(key);
        }
    }

    private static Duration finalAfter(Known over) {
        if (over.socket().closedAt() != null) {
            return FactsTopology.FINAL_AFTER;
        }
        return over.isLost() ? FactsTopology.FINAL_OF_LOST_AFTER : FactsTopology.FINAL_WITHOUT_SOCKET_AFTER;
    }

    private void tellUntold(long nowMs) {
        for (String key : Set.copyOf(untold)) {
            tell(Objects.requireNonNull(kept(key)), nowMs);
        }
    }

    private void finalizeDue(long nowMs) {
        List<String> due = finalAtMs.entrySet().stream()
                .filter(each -> each.getValue() <= nowMs)
                .map(Map.Entry::getKey)
                .toList();
        for (String key : due) {
            tell(Objects.requireNonNull(kept(key)).finalized(Instant.ofEpochMilli(nowMs)), nowMs);
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
                    forget(key);
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
