package io.agentstream.orchestrator.replay;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What the database keeps of a run's events, as if it came from the topics, which keep it for a shorter time: opened, and without what
/// was taken out since. Nothing of what is heard. Any thread; each reading is one thread's.
final class StoredEvents implements CallSource {

    private static final int PAGE = 500;
    private static final Set<String> LIFECYCLE = types(Topics.CALL_LIFECYCLE);
    private static final Set<String> DECISIONS = types(Topics.RUN_EVENTS);

    private final Database database;
    private final long runId;

    StoredEvents(Database database, long runId) {
        this.database = database;
        this.runId = runId;
    }

    /// Whether the database keeps the topic's events.
    static boolean keeps(Topic<?> topic) {
        return topic.equals(Topics.CALL_LIFECYCLE) || topic.equals(Topics.RUN_EVENTS) || topic.equals(Topics.CONVERSATION_EVENTS);
    }

    @Override
    public Records open(Topic<?> topic) {
        return open(topic, Optional.empty());
    }

    /// @param taken says that something was taken out of the topic's events; nothing where nothing was
    Records open(Topic<?> topic, Optional<String> taken) {
        return new Rows(topic, taken);
    }

    private static Set<String> types(Topic<?> topic) {
        return Arrays.stream(topic.type().getPermittedSubclasses())
                .map(kind -> kind.getAnnotation(JsonTypeName.class).value())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Topic<?> topicOf(String type) {
        return LIFECYCLE.contains(type) ? Topics.CALL_LIFECYCLE : DECISIONS.contains(type) ? Topics.RUN_EVENTS : Topics.CONVERSATION_EVENTS;
    }

    /// With empty values where a topic's record has to have one and the database has it no more.
    private static byte[] whole(ObjectNode payload) {
        ObjectNode whole = payload.deepCopy();
        switch (payload.path("type").asString("")) {
            case "offered" -> absent(whole, "agent_digest");
            case "said" -> absent(whole, "text");
            case "started" -> {
                if (!whole.has("custom_parameters")) {
                    whole.putObject("custom_parameters");
                }
            }
            case "running" -> {
                if (!whole.has("initial_context")) {
                    whole.putObject("initial_context");
                }
            }
            case "tool_called" -> {
                if (!whole.has("arguments")) {
                    whole.putObject("arguments");
                }
            }
            default -> {
                // nothing of it is ever taken out
            }
        }
        return Json.MAPPER.writeValueAsBytes(whole);
    }

    private static void absent(ObjectNode event, String text) {
        if (!event.has(text)) {
            event.put(text, "");
        }
    }

    private final class Rows implements Records {
        private final Topic<?> topic;
        private final Optional<String> taken;
        private final Queue<LogRecord> read = new ArrayDeque<>();
        private long position;
        private boolean isOver;

        private Rows(Topic<?> topic, Optional<String> taken) {
            this.topic = topic;
            this.taken = taken;
        }

        @Override
        public @Nullable LogRecord next() {
            while (read.isEmpty() && !isOver) {
                int[] rows = new int[1];
                database.inTransaction(connection -> {
                    RunEvents.list(connection, runId, position, PAGE, event -> {
                        rows[0]++;
                        position = event.position();
                        if (topicOf(event.payload().path("type").asString("")).equals(topic)) {
                            read.add(new LogRecord(
                                    topic, 0, event.position(), event.at().toEpochMilli(), Slice.of(whole(event.payload()))));
                        }
                        return true;
                    });
                    return true;
                });
                isOver = rows[0] < PAGE;
            }
            return read.poll();
        }

        @Override
        public Optional<String> deleted() {
            return taken;
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }
}
