package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallPlaces;
import io.agentstream.calllog.CallPlaces.Span;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.KafkaCallSource;
import io.agentstream.calllog.KafkaDefinitions;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Calls as Kafka has them. Any thread.
public final class KafkaCallLogs implements CallLogs {

    /// Threads that read ahead, of all readings together: beside the [LogReaders], which wait for them, and not to be more than those.
    private static final int AHEAD = LogReaders.ALL;

    private final Semaphore ahead = new Semaphore(AHEAD);
    private final KafkaClients clients;
    private final CallSecrets.@Nullable Wrapping wrapping;

    /// @param wrapping of the keys of calls; null where there is none
    public KafkaCallLogs(KafkaClients clients, CallSecrets.@Nullable Wrapping wrapping) {
        this.clients = clients;
        this.wrapping = wrapping;
    }

    @Override
    public CallSource of(Located run) {
        return new KafkaCallSource(clients, places(run), ahead);
    }

    @Override
    public CallSource followed(Located run, BooleanSupplier isGivenUp) {
        return KafkaCallSource.followed(clients, places(run), run.endedAt() == null, isGivenUp);
    }

    /// Of two topics the last place is the end of the call's records, once it is over: a gateway says it of its events, and no command is
    /// for a socket that is closed. Of the others more may come behind the last one that is known.
    public static CallPlaces places(Located run) {
        return new CallPlaces(
                new CallId(run.callId()), run.offeredAt(), run.endedAt(), run.slot(),
                run.places().stream()
                        .map(place -> new Span(place.topic(), place.partition(), place.first(), place.last(), isEnd(place, run)))
                        .toList(),
                run.endSeq());
    }

    private static boolean isEnd(Place place, Located run) {
        return run.endSeq() != null
                && (place.topic().equals(Topics.CALL_LIFECYCLE.name()) || place.topic().equals(Topics.SOCKET_COMMANDS.name()));
    }

    @Override
    public Optional<CallSecrets> secrets(Located run) {
        return wrapping == null || run.keysMadeAt() == null
                ? Optional.empty()
                : wrapping.unwrap(new CallKeys(new CallId(run.callId()), run.keysMadeAt(), run.media(), run.words()));
    }

    @Override
    public @Nullable AgentDefinition definition(String key) throws IOException {
        return new KafkaDefinitions(clients).find(key);
    }
}
