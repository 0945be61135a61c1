package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Calls as far as their organisations keep them. Topics forget by their own time, and what was never sealed lies on them until then: of a
/// run that is emptied they are not asked any more, and of one whose words are gone not for what was said. It is said as deleted, whoever
/// reads it for whatever. Any thread.
public final class KeptLogs implements CallLogs {

    private static final Set<Topic<?>> WORDS = Set.of(Topics.CONVERSATION_EVENTS, Topics.CALL_JOURNAL);

    private final CallLogs logs;

    public KeptLogs(CallLogs logs) {
        this.logs = logs;
    }

    @Override
    public CallSource of(Located run) {
        return kept(run, logs.of(run));
    }

    @Override
    public CallSource followed(Located run, BooleanSupplier isGivenUp) {
        return kept(run, logs.followed(run, isGivenUp));
    }

    private static CallSource kept(Located run, CallSource source) {
        return topic -> isKept(run, topic) ? source.open(topic) : new Gone(topic);
    }

    /// What is sealed is opened by nobody, once its key is destroyed.
    static boolean isKept(Located run, Topic<?> topic) {
        return !run.emptied() && (!run.wordsGone() || run.sealed() || !WORDS.contains(topic));
    }

    @Override
    public Optional<CallSecrets> secrets(Located run) {
        return logs.secrets(run);
    }

    @Override
    public @Nullable AgentDefinition definition(String key) throws IOException {
        return logs.definition(key);
    }

    private record Gone(Topic<?> topic) implements CallSource.Records {
        @Override
        public @Nullable LogRecord next() {
            return null;
        }

        @Override
        public Optional<String> deleted() {
            return Optional.of(topic.name() + " is not read any more: what the call left there is erased, or was kept for long enough");
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }
}
