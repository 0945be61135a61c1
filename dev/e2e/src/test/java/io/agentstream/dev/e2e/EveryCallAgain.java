package io.agentstream.dev.e2e;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.verify.JournalReading;
import io.agentstream.calllog.verify.Verification;
import io.agentstream.calllog.verify.VerificationText;
import io.agentstream.cli.Installation;
import io.agentstream.cli.verify.RecordedEnd;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// Runs every call of a system again before the system is gone: whatever the tests did to its calls, the machines of their conversations
/// lead to the same. Of calls whose keys a test has destroyed nothing can be run.
final class EveryCallAgain {

    private final String bootstrapServers;
    private final CallSecrets.Wrapping keys;
    /// By call, then by topic.
    private final Map<CallId, Map<Topic<?>, List<LogRecord>>> calls = new LinkedHashMap<>();
    private final Map<CallId, SealKey> words = new HashMap<>();

    private EveryCallAgain(String bootstrapServers, CallSecrets.Wrapping keys) {
        this.bootstrapServers = bootstrapServers;
        this.keys = keys;
    }

    /// Of a system that still runs.
    ///
    /// @param data its directory
    static void of(LocalSystem system, Path data) throws Exception {
        Config config = Installation.config(Map.of(), data, List.of());
        leadsToTheSame(system.demo().kafkaBootstrapServers(), config.get(Keys.CALL_KEYS_KEY), true);
    }

    /// @param ends whether the gateway's ends are asked for too; not where tests have planted some
    /// @throws AssertionError naming every call that leads to something else
    static void leadsToTheSame(String bootstrapServers, CallSecrets.Wrapping keys, boolean ends) throws Exception {
        new EveryCallAgain(bootstrapServers, keys).run(ends);
    }

    private void run(boolean ends) throws Exception {
        read(Topics.CALL_JOURNAL, Integer.MAX_VALUE);
        read(Topics.RUN_EVENTS, Integer.MAX_VALUE);
        for (ConsumerRecord<byte[], byte[]> record : TopicReader.read(bootstrapServers, Topics.CALL_KEYS)) {
            if (record.value() != null && Topics.CALL_KEYS.codec().decode(record.value()) instanceof Decoded.Value<CallKeys>(CallKeys wrapped)) {
                keys.unwrap(wrapped).map(CallSecrets::words).ifPresent(key -> words.put(wrapped.callId(), key));
            }
        }
        Map<String, AgentDefinition> definitions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : TopicReader.read(bootstrapServers, Topics.AGENT_DEFINITIONS)) {
            if (record.value() != null
                    && Topics.AGENT_DEFINITIONS.codec().decode(record.value()) instanceof Decoded.Value<AgentDefinition>(var definition)) {
                definitions.put(definition.key(), definition);
            }
        }
        List<String> wrong = new ArrayList<>();
        TreeSet<String> holes = new TreeSet<>();
        long steps = 0;
        int conversations = 0;
        for (Map.Entry<CallId, Map<Topic<?>, List<LogRecord>>> call : calls.entrySet()) {
            Verification again = JournalReading.verify(
                    source(call.getValue()), call.getKey(), words.get(call.getKey()), definitions::get);
            steps += again.steps();
            conversations++;
            again.holes().forEach(hole -> holes.add("call " + call.getKey() + ": " + hole));
            if (again.difference().isPresent()) {
                wrong.addAll(VerificationText.lines("call " + call.getKey(), again));
            }
        }
        int ended = ends ? ends(wrong) : 0;
        System.out.println("run again: " + steps + " steps of " + conversations + " conversations, ends of " + ended + " calls; not run again: "
                + holes);
        if (!wrong.isEmpty()) {
            throw new AssertionError("calls lead to something else when they are run again:\n" + String.join("\n", wrong));
        }
    }

    private int ends(List<String> wrong) throws Exception {
        read(Topics.CALL_LIFECYCLE, Integer.MAX_VALUE);
        read(Topics.SOCKET_COMMANDS, Integer.MAX_VALUE);
        read(Topics.CALL_MEDIA, 1);
        int asked = 0;
        for (Map.Entry<CallId, Map<Topic<?>, List<LogRecord>>> call : calls.entrySet()) {
            CallSource source = source(call.getValue());
            RecordedEnd end = RecordedEnd.of(source, slot -> source);
            asked += end.possible().isPresent() ? 1 : 0;
            if (!end.possible().orElse(true)) {
                wrong.add("call " + call.getKey() + ": " + end.says());
            }
        }
        return asked;
    }

    private void read(Topic<?> topic, int most) throws Exception {
        for (ConsumerRecord<byte[], byte[]> each : TopicReader.read(bootstrapServers, topic)) {
            Optional<CallId> call = each.key() == null ? Optional.empty() : CallId.fromKey(each.key());
            if (call.isPresent() && each.value() != null) {
                List<LogRecord> of = calls.computeIfAbsent(call.get(), id -> new HashMap<>()).computeIfAbsent(topic, t -> new ArrayList<>());
                if (of.size() < most) {
                    of.add(new LogRecord(topic, each.partition(), each.offset(), each.timestamp(), Slice.of(each.value())));
                }
            }
        }
    }

    private static CallSource source(Map<Topic<?>, List<LogRecord>> records) {
        return topic -> {
            Iterator<LogRecord> each = records.getOrDefault(topic, List.of()).iterator();
            return new CallSource.Records() {
                @Override
                public LogRecord next() {
                    return each.hasNext() ? each.next() : null;
                }

                @Override
                public Optional<String> deleted() {
                    return Optional.empty();
                }

                @Override
                public void close() {}
            };
        };
    }
}
